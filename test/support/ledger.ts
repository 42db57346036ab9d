import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, MessageQueue } from 'posix-mqueue';
import type { Child } from './child.js';
import { untilEmpty } from './messages.js';

/** How often a fault is tried: `runs` as a rule, FAULT_RUNS times where that is given. */
export function faultRuns(runs: number): number {
  return Number(process.env['FAULT_RUNS'] ?? runs);
}

/** A file in which processes write down the numbers that they took, one a line. */
export class Ledger {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mq-ledger-'));
  readonly file = join(this.#folder, 'taken');

  numbers(): number[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8').trim().split('\n').filter(Boolean).map(Number);
  }

  /** Writes down what is still in the queue. */
  drain(queue: MessageQueue): void {
    for (const next of untilEmpty(queue)) this.#add(next);
  }

  /** Writes down what comes, as one more consumer, until it is stopped. */
  follow(queue: MessageQueue): { stop(): void } {
    const add = (message: Message): void => this.#add(message);
    queue.on('message', add);
    return { stop: () => queue.off('message', add) };
  }

  /** Ends a program of fixtures/gives, and writes down what it sent last: how many it sent in all. */
  async stop(giver: Child, queue: MessageQueue): Promise<number> {
    giver.write('stop\n');
    let ended = false;
    const end = giver.end.finally(() => (ended = true));
    while (!ended) {
      const next = await queue.receive({ timeout: 20 }).catch(() => null);
      if (next !== null) this.#add(next);
    }
    this.drain(queue);
    const { stdout, stderr } = await end;
    assert.match(stdout, /given \d+$/, stderr);
    return Number(/given (\d+)$/.exec(stdout)?.[1]);
  }

  /** None of 0 to `count - 1` was taken twice, and at most `inHand` are missing: how many are. */
  check(count: number, inHand: number): number {
    const all = this.numbers();
    const seen = new Set(all);
    assert.equal(all.length - seen.size, 0, 'taken twice');
    for (const number of seen) assert.ok(number >= 0 && number < count, `no such ${number}`);
    const missing = count - seen.size;
    assert.ok(missing <= inHand, `${missing} of ${count} missing, ${inHand} may be`);
    return missing;
  }

  #add(message: Message): void {
    appendFileSync(this.file, `${message.text()}\n`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The figures, for those who ask for them by FAULT_RUNS. */
export function report(fault: string, missing: number, sent: number): void {
  if (process.env['FAULT_RUNS'] === undefined) return;
  console.log(`      ${fault}: ${sent} messages sent, ${missing} gone with who had them in hand`);
}
