import { clearTimeout, setTimeout } from '../../base/timers.js';
import type { WorkerExit, WorkerPoolOptions } from './options.js';
import { WorkerProcess, type End } from './worker-process.js';

const RESTART_DELAY = 100;
const LONGEST_RESTART_DELAY = 30_000;
/** Milliseconds of work after which a death says nothing about the next process. */
const ENOUGH = 1000;

/** Who hears of what happens at a place. */
export interface PlaceListener {
  online(pid: number): void;
  ended(exit: Omit<WorkerExit, 'place'>): void;
}

/** Keeps one process running: whenever it dies, another one is started. */
export class Place {
  restarts = 0;
  readonly #module: string | URL;
  readonly #options: WorkerPoolOptions;
  readonly #listener: PlaceListener;
  /** One, or the one that is replaced and the one that is to follow it. */
  readonly #processes = new Set<WorkerProcess>();
  #timer: NodeJS.Timeout | undefined;
  #deaths = 0;
  #stopped = false;

  constructor(module: string | URL, options: WorkerPoolOptions, listener: PlaceListener) {
    this.#module = module;
    this.#options = options;
    this.#listener = listener;
  }

  get processes(): readonly WorkerProcess[] {
    return [...this.#processes];
  }

  get isReady(): boolean {
    return this.processes.some((each) => each.isReady);
  }

  start(): WorkerProcess {
    clearTimeout(this.#timer);
    const started = new WorkerProcess(this.#module, this.#options);
    this.#processes.add(started);
    void started.ready.then((ready) => {
      if (ready && started.pid !== undefined) this.#listener.online(started.pid);
    });
    void started.ended.then((end) => {
      this.#over(started, end);
    });
    return started;
  }

  /**
   * Starts another process, and when that works ends the one before.
   *
   * @returns false where the new one died before: the one before works on
   */
  async replace(): Promise<boolean> {
    const before = this.processes;
    const next = this.start();
    if (!(await next.ready)) return false;
    for (const each of before) each.stop('SIGTERM');
    await Promise.all(before.map((each) => each.ended));
    return true;
  }

  /** Tells its processes to end, and starts no more. */
  stop(signal: NodeJS.Signals): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const each of this.#processes) each.stop(signal);
  }

  #over(process: WorkerProcess, end: End): void {
    this.#processes.delete(process);
    // At once, before another one has adopted it and is done.
    const inHand = process.inHand();
    // Another one is there already while it is being replaced.
    const isMissed = !this.#stopped && this.#processes.size === 0;
    const restartIn = isMissed ? this.#delayAfter(process) : undefined;
    if (restartIn !== undefined) {
      this.restarts += 1;
      this.#timer = setTimeout(() => this.start(), restartIn);
    }
    const { pid, uptime, told: expected } = process;
    this.#listener.ended({ pid, uptime, expected, restartIn, inHand, ...end });
  }

  #delayAfter(process: WorkerProcess): number {
    if (process.workedFor >= ENOUGH) this.#deaths = 0;
    else this.#deaths += 1;
    if (this.#deaths === 0) return 0;
    const { restartDelay = RESTART_DELAY, maxRestartDelay = LONGEST_RESTART_DELAY } = this.#options;
    return Math.min(restartDelay * 2 ** (this.#deaths - 1), maxRestartDelay);
  }
}
