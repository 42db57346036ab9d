import { EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import { AbortListener } from '../../base/abort-listener.js';
import { invalidType, invalidValue, notRunningError, replaceError } from '../../base/errors.js';
import { showAs } from '../../base/inspect.js';
import { checkOptions } from '../../base/options.js';
import { clearTimeout, nextTick, setTimeout } from '../../base/timers.js';
import { warnWorkerDied } from '../../base/warnings.js';
import { serviceManager, type ServiceManager } from '../notify/service-manager.js';
import { closeChecks } from '../run-options.js';
import { onTermination } from '../signals.js';
import {
  poolChecks,
  poolRunChecks,
  poolStatsChecks,
  type PoolCloseOptions,
  type PoolRunOptions,
  type PoolStats,
  type PoolStatsOptions,
  type PoolWorkerStats,
  type WorkerExit,
  type WorkerPoolEvents,
  type WorkerPoolOptions,
} from './options.js';
import { Place } from './place.js';
import { sum } from '../pool-messages.js';

/** Milliseconds, longer than a worker's own at a signal. */
const SIGNAL_TIMEOUT = 10_000;
const STATS_TIMEOUT = 1000;

/**
 * Keeps some processes running that all run the same module: one that dies is started anew, at once or, where
 * it dies again and again, after ever longer delays. A process counts as working when a worker in it
 * is ready, or when its module calls `process.send('ready')`.
 *
 * @example
 * ```ts
 * const pool = new WorkerPool(new URL('./resize-worker.js', import.meta.url), { size: 4 });
 * pool.on('exit', ({ pid, signal }) => console.log(`${pid} ended`, signal));
 * await pool.run({ signals: true });
 * ```
 */
export class WorkerPool extends EventEmitter<WorkerPoolEvents> {
  readonly #options: WorkerPoolOptions;
  readonly #places: readonly Place[];
  readonly #allEnded: Promise<void>;
  #manager: ServiceManager | undefined;
  #settle: () => void = () => undefined;
  #state: 'new' | 'running' | 'closing' | 'closed' = 'new';
  #isReady = false;
  #isWarned = false;
  #replacing: Promise<void> = Promise.resolve();

  static {
    showAs<WorkerPool>(WorkerPool, (pool) => ({
      size: pool.#places.length,
      state: pool.#state,
      pids: pool.pids,
    }));
  }

  /**
   * @param module - of an ES module or a CommonJS file, by path or `file:` URL
   * @throws TypeError or RangeError for a bad option. No process is started yet.
   */
  constructor(module: string | URL, options?: WorkerPoolOptions) {
    super();
    if (typeof module !== 'string' && !(module instanceof URL)) {
      throw invalidType('module', 'a path or a file: URL', module);
    }
    this.#options = checkOptions('WorkerPool', options, poolChecks);
    const { size = availableParallelism() } = this.#options;
    this.#allEnded = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#places = Array.from({ length: size }, (_, place) => this.#placeOf(module, place));
  }

  /** The processes that there are now. */
  get pids(): number[] {
    return this.#places.flatMap((place) =>
      place.processes.map(({ pid }) => pid).filter((pid) => pid !== undefined),
    );
  }

  /**
   * Starts the processes, and keeps them running until it is closed.
   *
   * @returns resolves when all processes have ended
   */
  async run(options?: PoolRunOptions): Promise<void> {
    const checked = checkOptions('WorkerPool.run()', options, poolRunChecks);
    const { signals = false, notify = false, signal } = checked;
    const { timeout = signals ? SIGNAL_TIMEOUT : Infinity } = checked;
    if (this.#state !== 'new') throw invalidValue('run()', 'called once', this.#state);
    if (notify) this.#manager = serviceManager('Processes', () => this.#counts);
    this.#state = 'running';
    const stop = (name: NodeJS.Signals): void => {
      void this.#close(name, timeout);
    };
    const forgetSignals = signals ? onTermination(stop) : () => undefined;
    const listener = signal && new AbortListener(signal, () => stop('SIGTERM'));
    for (const place of this.#places) place.start();
    if (signal?.aborted === true) stop('SIGTERM');
    await this.#allEnded;
    this.#manager?.over();
    forgetSignals();
    listener?.remove();
  }

  /**
   * Tells all processes to end, by SIGTERM, and kills by SIGKILL those that have not within the timeout.
   * Idempotent.
   *
   * @returns resolves when all have ended
   */
  async close(options?: PoolCloseOptions): Promise<void> {
    const { timeout = Infinity } = checkOptions('WorkerPool.close()', options, closeChecks);
    await this.#close('SIGTERM', timeout);
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Replaces the processes one by one: the next one is started, and once it works the one before is told to
   * end by SIGTERM, and waited for. For a new version of the module.
   *
   * @returns rejects with code `ERR_MQ_POOL` where a new one ends before it works: the others stay
   */
  replace(): Promise<void> {
    const replaced = this.#replacing.then(() => this.#replaceAll());
    this.#replacing = replaced.catch(() => undefined);
    return replaced;
  }

  /** Passes a signal on to all processes. One that ends them has others started in their place. */
  kill(signal: NodeJS.Signals): void {
    for (const place of this.#places) for (const each of place.processes) each.kill(signal);
  }

  /** What the pool and its processes have done so far. Those that have died are not counted. */
  async stats(options?: PoolStatsOptions): Promise<PoolStats> {
    const { timeout = STATS_TIMEOUT } = checkOptions(
      'WorkerPool.stats()',
      options,
      poolStatsChecks,
    );
    const workers = await Promise.all(
      this.#places.flatMap(({ processes }, place) =>
        processes.map(async (each): Promise<PoolWorkerStats> => {
          const counts = await each.stats(timeout);
          const { pid = 0, uptime, isReady: ready } = each;
          return { pid, place, uptime, ready, counts };
        }),
      ),
    );
    return {
      ...this.#counts,
      workers,
      counts: sum(workers.map(({ counts = {} }) => counts)),
    };
  }

  get #counts(): Pick<PoolStats, 'size' | 'ready' | 'restarts'> {
    return {
      size: this.#places.length,
      ready: this.#places.filter((place) => place.isReady).length,
      restarts: this.#places.reduce((total, { restarts }) => total + restarts, 0),
    };
  }

  #placeOf(module: string | URL, place: number): Place {
    return new Place(module, this.#options, {
      online: (pid) => {
        this.emit('online', { pid, place });
        if (this.#isReady || !this.#places.every((each) => each.isReady)) return;
        this.#isReady = true;
        this.#manager?.ready();
        this.emit('ready');
      },
      ended: (exit) => {
        this.#tell({ place, ...exit });
        if (this.#state === 'closing') this.#closeWhenEnded();
      },
    });
  }

  #tell(exit: WorkerExit): void {
    const isHeard = this.emit('exit', exit);
    if (isHeard || exit.expected || this.#isWarned) return;
    this.#isWarned = true;
    const { pid, code, signal, error } = exit;
    const how = error?.message ?? `ended by ${signal ?? `code ${code}`}`;
    warnWorkerDied(`(pid ${pid}) ${how}`);
  }

  async #replaceAll(): Promise<void> {
    if (this.#state !== 'running') throw notRunningError('replace()', this.#state);
    for (const [index, place] of this.#places.entries()) {
      if (await place.replace()) continue;
      if (this.#state !== 'running') return;
      throw replaceError(index);
    }
  }

  #close(signal: NodeJS.Signals, timeout: number): Promise<void> {
    if (this.#state === 'new') this.#closed();
    if (this.#state === 'running') {
      this.#state = 'closing';
      this.#manager?.stopping();
      // The very signal: from a terminal they have had it already, and another one would end them at once.
      for (const place of this.#places) place.stop(signal);
      this.#closeWhenEnded();
    }
    if (this.#state === 'closing' && timeout !== Infinity) this.#killAfter(timeout);
    return this.#allEnded;
  }

  #killAfter(timeout: number): void {
    const timer = setTimeout(() => {
      this.kill('SIGKILL');
    }, timeout);
    void this.#allEnded.then(() => {
      clearTimeout(timer);
    });
  }

  #closeWhenEnded(): void {
    if (this.#places.every(({ processes }) => processes.length === 0)) this.#closed();
  }

  #closed(): void {
    this.#state = 'closed';
    this.#settle();
    nextTick(() => this.emit('close'));
  }
}
