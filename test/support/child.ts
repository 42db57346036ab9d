import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a child process ended, and what it printed. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the last `mark()`, or from the start. */
  readonly after: number;
}

const children = new Set<Child>();

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([...children].map((child) => child.end));
  children.clear();
});

/** A child process of a test, gone when the test is over. */
export class Child {
  readonly process: ChildProcess;
  readonly end: Promise<End>;
  readonly #lines: string[] = [];
  #stderr = '';
  readonly #watchers = new Set<() => void>();
  #since = performance.now();
  #ended = false;

  constructor(command: string, parameters: readonly string[], options: SpawnOptions = {}) {
    this.process = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    children.add(this);
    this.process.stderr?.on('data', (data: Buffer) => {
      this.#stderr += data.toString();
      this.#wake();
    });
    if (this.process.stdout !== null) {
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    }
    this.end = once(this.process, 'close').then((values) => {
      const [code, signal] = values as [number | null, NodeJS.Signals | null];
      this.#ended = true;
      this.#wake();
      const stdout = this.#lines.join('\n');
      return { code, signal, stdout, stderr: this.#stderr, after: performance.now() - this.#since };
    });
  }

  /** `after` counts from here. */
  mark(): void {
    this.#since = performance.now();
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  write(text: string): void {
    this.process.stdin?.write(text);
  }

  /** Resolves when the child has printed that line `times` times; rejects when it ends before. */
  async printed(line: string, times = 1): Promise<void> {
    await this.#until(
      () => this.#lines.filter((each) => each === line).length >= times,
      `'${line}'`,
    );
  }

  /** Resolves with the match when the lines that the child has printed match. */
  async shown(text: RegExp): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await this.#until(() => (found = text.exec(this.#lines.join('\n'))) !== null, String(text));
    return found as unknown as RegExpExecArray;
  }

  /** The first line that the child prints. */
  async line(): Promise<string> {
    await this.#until(() => this.#lines.length > 0, 'a line');
    return this.#lines[0] ?? '';
  }

  /** Resolves with its match when the child has written this to standard error. */
  async erred(text: RegExp): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await this.#until(() => (found = text.exec(this.#stderr)) !== null, String(text));
    return found as unknown as RegExpExecArray;
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.#ended) {
        throw new Error(`ended without ${what}: ${this.#lines.join(' | ')} ${this.#stderr}`);
      }
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Runs a program of test/fixtures. */
export function runFixture(
  name: string,
  parameters: readonly string[] = [],
  options: SpawnOptions = {},
): Child {
  const path = fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
  return new Child(process.execPath, [path, ...parameters], options);
}

/** Runs a program of examples. */
export function runExample(name: string, parameters: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url));
  return new Child(process.execPath, [path, ...parameters]);
}
