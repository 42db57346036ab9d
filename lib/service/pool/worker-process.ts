import { fork, type ChildProcess } from 'node:child_process';
import { startTimeoutError } from '../../base/errors.js';
import { inHandOf, type InHand } from '../../queue/leases/in-hand.js';
import { clearTimeout, now, setTimeout, wallClock } from '../../base/timers.js';
import { MARK, poolMessage, type Counts, type PoolMessage } from '../pool-messages.js';
import type { WorkerPoolOptions } from './options.js';

const START_TIMEOUT = 30_000;

/** How a process ended, or that it did not start. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: Error | undefined;
}

/** One process of a pool, from its start to its end. */
export class WorkerProcess {
  readonly pid: number | undefined;
  /** Resolves to false where it ended before. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<End>;
  readonly #child: ChildProcess;
  readonly #started = now();
  readonly #startedAt = wallClock();
  readonly #questions = new Map<number, (counts: Counts | undefined) => void>();
  #readyAt: number | undefined;
  #asked = 0;
  #told = false;
  #hasEnded = false;
  #error: Error | undefined;

  constructor(module: string | URL, options: WorkerPoolOptions) {
    const { args = [], env, execArgv = process.execArgv, stdio = 'inherit' } = options;
    const { startTimeout = START_TIMEOUT } = options;
    this.#child = fork(module, args, {
      env: { ...process.env, ...env, [MARK]: '1' },
      execArgv: [...execArgv],
      stdio: [stdio, stdio, stdio, 'ipc'],
    });
    this.pid = this.#child.pid;
    let settleReady: (ready: boolean) => void;
    this.ready = new Promise((resolve) => {
      settleReady = resolve;
    });
    this.#child.on('message', (message) => {
      const told = poolMessage(message);
      if (told?.posixMqueue === 'ready') {
        this.#readyAt ??= now();
        clearTimeout(timer);
        settleReady(true);
      } else if (told?.posixMqueue === 'stats') this.#questions.get(told.id)?.(told.counts);
    });
    const timer =
      startTimeout === Infinity
        ? undefined
        : setTimeout(() => {
            this.#error = startTimeoutError(startTimeout);
            this.#child.kill('SIGKILL');
          }, startTimeout);
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearTimeout(timer);
        this.#hasEnded = true;
        for (const answer of this.#questions.values()) answer(undefined);
        settleReady(false);
        resolve({ code, signal, error: this.#error });
      };
      this.#child.once('exit', end);
      this.#child.on('error', (error) => {
        this.#error ??= error;
        // Where there is no process none exits.
        if (this.pid === undefined) end(null, null);
      });
    });
  }

  /** Milliseconds since its start. */
  get uptime(): number {
    return now() - this.#started;
  }

  get isReady(): boolean {
    return this.#readyAt !== undefined && !this.#hasEnded;
  }

  /** Milliseconds since it was ready. */
  get workedFor(): number {
    return this.#readyAt === undefined ? 0 : now() - this.#readyAt;
  }

  /** Whether it was told to end. */
  get told(): boolean {
    return this.#told;
  }

  /** What it had in hand when it died. */
  inHand(): InHand[] {
    return this.pid === undefined ? [] : inHandOf(this.pid, this.#startedAt);
  }

  /** Tells it to end. */
  stop(signal: NodeJS.Signals): void {
    this.#told = true;
    this.#child.kill(signal);
  }

  /** For a signal that is not to end it. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What its workers count; undefined where it does not answer in time. */
  stats(timeout: number): Promise<Counts | undefined> {
    if (!this.isReady || !this.#child.connected) return Promise.resolve(undefined);
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const answer = (counts: Counts | undefined): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(counts);
      };
      const timer = timeout === Infinity ? undefined : setTimeout(answer, timeout, undefined);
      this.#questions.set(id, answer);
      const question: PoolMessage = { posixMqueue: 'stats?', id };
      this.#child.send(question, (error) => {
        if (error !== null) answer(undefined);
      });
    });
  }
}
