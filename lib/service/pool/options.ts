import { invalidType } from '../../base/errors.js';
import {
  integer,
  isBoolean,
  isMilliseconds,
  isSignal,
  oneOf,
  type Check,
  type Checks,
} from '../../base/options.js';
import type { CloseOptions } from '../run-options.js';
import type { InHand } from '../../queue/leases/in-hand.js';
import type { Counts } from '../pool-messages.js';

/** How to keep worker processes. */
export interface WorkerPoolOptions {
  /**
   * How many processes.
   *
   * @defaultValue as many as there are processors, `os.availableParallelism()`
   */
  size?: number | undefined;
  /**
   * What the module finds in `process.argv` from index 2 on.
   *
   * @defaultValue `[]`
   */
  args?: readonly string[] | undefined;
  /**
   * Variables that are added to the environment of this process.
   *
   * @defaultValue `{}`
   */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Options of `node`, such as `--max-old-space-size=200`.
   *
   * @defaultValue those of this process
   */
  execArgv?: readonly string[] | undefined;
  /**
   * Whether the processes write where this one does.
   *
   * @defaultValue `'inherit'`
   */
  stdio?: 'inherit' | 'ignore' | undefined;
  /**
   * Milliseconds until a process is started in the place of one that died before it was ready, or within a
   * second after. Each such death in a row doubles them. One that died later is replaced at once.
   *
   * @defaultValue 100
   */
  restartDelay?: number | undefined;
  /**
   * Milliseconds that the doubling stops at.
   *
   * @defaultValue 30000
   */
  maxRestartDelay?: number | undefined;
  /**
   * Milliseconds that a process may take until a worker in it is ready, or the module has called
   * `process.send('ready')`. Then it is killed, which counts as its death.
   *
   * @defaultValue 30000
   */
  startTimeout?: number | undefined;
}

/** How a pool runs. */
export interface PoolRunOptions {
  /**
   * Whether SIGINT and SIGTERM are passed on to the processes and close the pool. Workers that run with
   * `signals: true` finish what they have in hand. A second signal ends this process at once, as for a worker's
   * `run`.
   *
   * @defaultValue false
   */
  signals?: boolean | undefined;
  /**
   * Whether the service manager hears of the pool, as for a worker's `run`: `READY=1` when all its processes work.
   *
   * @defaultValue false
   */
  notify?: boolean | undefined;
  /** Closes the pool. `run()` then resolves: that is no error. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the processes to end when one of these closes the pool, as for `close`.
   *
   * @defaultValue 10000 with `signals: true`, else `Infinity`
   */
  timeout?: number | undefined;
}

/** The end of one process. */
export interface WorkerExit {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Its place in the pool, from 0 on: who is started in its place has the same. */
  readonly place: number;
  /** As for the event `exit` of a child process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** How many milliseconds it lived. */
  readonly uptime: number;
  /** Whether the pool had told it to end. */
  readonly expected: boolean;
  /** In how many milliseconds another one is started in its place; undefined where none is. */
  readonly restartIn: number | undefined;
  /**
   * What it had in hand, of workers with `redelivery: true`: others work on it next. Without that, what it had is
   * not known, and gone.
   */
  readonly inHand: readonly InHand[];
  /** Why it could not be started, or was killed by the pool. */
  readonly error: Error | undefined;
}

/** A process that works. */
export interface WorkerOnline {
  readonly pid: number;
  readonly place: number;
}

/** The events of a WorkerPool. */
export interface WorkerPoolEvents {
  /** All places have a process that works, for the first time. */
  ready: [];
  /** One process works. */
  online: [worker: WorkerOnline];
  /** One process has ended. Without a listener a process warning tells of the first that nobody told to end. */
  exit: [exit: WorkerExit];
  /** All processes have ended. */
  close: [];
}

/** One process of a pool. */
export interface PoolWorkerStats {
  readonly pid: number;
  readonly place: number;
  /** Milliseconds. */
  readonly uptime: number;
  readonly ready: boolean;
  /** What `stats()` of its workers says, added up; undefined where it did not answer in time. */
  readonly counts: Counts | undefined;
}

/** A pool and its processes. */
export interface PoolStats {
  /** How many processes there should be. */
  readonly size: number;
  /** How many work. */
  readonly ready: number;
  /** How many processes were started in the place of one that had died. */
  readonly restarts: number;
  readonly workers: readonly PoolWorkerStats[];
  /** The `counts` of all processes that live, added up. */
  readonly counts: Counts;
}

/** How to ask for the stats. */
export interface PoolStatsOptions {
  /**
   * Milliseconds to wait for a process whose event loop is busy.
   *
   * @defaultValue 1000
   */
  timeout?: number | undefined;
}

const isStrings: Check = (argument, value) => {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return;
  throw invalidType(argument, 'a list of strings', value);
};

const isVariables: Check = (argument, value) => {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && Object.values(value).every(isVariable)) return;
  throw invalidType(argument, 'an object of strings', value);
};

function isVariable(value: unknown): boolean {
  return typeof value === 'string' || value === undefined;
}

/** @internal */
export const poolChecks: Checks<WorkerPoolOptions> = {
  size: integer(1, 1024),
  args: isStrings,
  env: isVariables,
  execArgv: isStrings,
  stdio: oneOf('inherit', 'ignore'),
  restartDelay: isMilliseconds,
  maxRestartDelay: isMilliseconds,
  startTimeout: isMilliseconds,
};

/** @internal */
export const poolRunChecks: Checks<PoolRunOptions> = {
  signals: isBoolean,
  notify: isBoolean,
  signal: isSignal,
  timeout: isMilliseconds,
};

/** @internal */
export const poolStatsChecks: Checks<PoolStatsOptions> = { timeout: isMilliseconds };

/** How to close a pool: milliseconds until processes that have not ended are killed. */
export type PoolCloseOptions = CloseOptions;
