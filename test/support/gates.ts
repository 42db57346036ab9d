import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './code.js';

/** Points in shell scripts at which a test has them wait: files of a folder. */
export class Gates {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mq-gates-'));

  /** For a script: tells that it is here, and which process it is. */
  reach(gate: string): string {
    const file = join(this.#folder, gate);
    return `echo $$ > ${file}.new; mv ${file}.new ${file}`;
  }

  /** For a script: as `reach`, and waits until it is opened. */
  wait(gate: string): string {
    const open = join(this.#folder, `${gate}.open`);
    return `${this.reach(gate)}; while [ ! -e ${open} ]; do sleep 0.02; done`;
  }

  /** Resolves to the number of the process that has come there. */
  async reached(gate: string): Promise<number> {
    await until(() => this.isReached(gate), `a process at ${gate}`);
    return Number(readFileSync(join(this.#folder, gate), 'utf8'));
  }

  isReached(gate: string): boolean {
    return existsSync(join(this.#folder, gate));
  }

  open(gate: string): void {
    writeFileSync(join(this.#folder, `${gate}.open`), '');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
