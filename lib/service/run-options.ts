import { isBoolean, isMilliseconds, isSignal, type Checks } from '../base/options.js';

/** How a worker runs. */
export interface RunOptions {
  /**
   * Whether SIGINT and SIGTERM close it. The process then ends by itself, with code 0 if nothing else
   * keeps it. A second signal ends it at once with 128 and the signal's number; the same one within half
   * a second counts as one, because npm passes on the Ctrl-C that the terminal has sent already.
   *
   * @defaultValue false
   */
  signals?: boolean | undefined;
  /**
   * Whether the service manager hears of it, as systemd does with `Type=notify`: `READY=1` when its queues are open,
   * `STOPPING=1` when it takes no more, and, where `WatchdogSec=` is set, `WATCHDOG=1` twice in that time, for as long as
   * the event loop turns. See sd_notify(3). A process that no service manager has started (without `NOTIFY_SOCKET` in its
   * environment) tells nobody.
   *
   * Needs the package `node-unix-socket`; without it `run()` rejects with code `ERR_MODULE_NOT_FOUND`.
   *
   * @defaultValue false
   */
  notify?: boolean | undefined;
  /** Closes it. `run()` then resolves: that is no error. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the requests in hand when one of these closes it, as for `close`. `Infinity` waits
   * for ever, also for a response that finds no room in a queue which nobody reads.
   *
   * @defaultValue 5000 with `signals: true`, else `Infinity`
   */
  timeout?: number | undefined;
}

/** How to close a worker. */
export interface CloseOptions {
  /**
   * Milliseconds for the requests in hand. Then their `signal` is aborted, what their handlers and
   * responses still wait for is given up, and each is a `failure`.
   *
   * @defaultValue `Infinity`
   */
  timeout?: number | undefined;
}

/** @internal */
export const runChecks: Checks<RunOptions> = {
  signals: isBoolean,
  notify: isBoolean,
  signal: isSignal,
  timeout: isMilliseconds,
};
/** @internal */
export const closeChecks: Checks<CloseOptions> = { timeout: isMilliseconds };
