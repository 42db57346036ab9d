import { clearInterval, setInterval } from '../../base/timers.js';
import { warnNotNotified } from '../../base/warnings.js';
import { loadSockets, sendDatagram } from './datagram.js';

/** What the service manager hears of a service: see sd_notify(3). */
export interface ServiceManager {
  /** It works now. From here on the watchdog is told that it lives, where one is set. */
  ready(): void;
  /** It takes no more. */
  stopping(): void;
  /** It has ended: the watchdog is told nothing more. */
  over(): void;
}

const NOBODY: ServiceManager = {
  ready: () => undefined,
  stopping: () => undefined,
  over: () => undefined,
};

/**
 * Who started this process as a service, and wants to hear of it.
 *
 * @param what - works here, and
 * @param counts - what it has done so far, for `systemctl status`
 * @throws Error with code `ERR_MODULE_NOT_FOUND` where the package for it is not installed, also where nobody wants to hear
 */
export function serviceManager(what: string, counts: () => object): ServiceManager {
  const sockets = loadSockets();
  const path = process.env['NOTIFY_SOCKET'];
  if (path === undefined || path === '') return NOBODY;
  let isWarned = false;
  const failed = (error: Error): void => {
    if (!isWarned) warnNotNotified(path, error);
    isWarned = true;
  };
  const tell = (state: string): void => {
    sendDatagram(sockets, path, `${state}\nSTATUS=${statusOf(what, counts())}`, failed);
  };
  let timer: NodeJS.Timeout | undefined;
  let isStopping = false;
  return {
    ready: () => {
      if (!isStopping) tell('READY=1');
      const period = watchdogPeriod();
      if (period === undefined) return;
      timer ??= setInterval(() => {
        tell('WATCHDOG=1');
      }, period);
      timer.unref();
    },
    stopping: () => {
      isStopping = true;
      tell('STOPPING=1');
    },
    over: () => {
      clearInterval(timer);
    },
  };
}

function statusOf(what: string, counts: object): string {
  const numbers = Object.entries(counts)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${value}`);
  // A line break would begin another assignment.
  return `${what}: ${numbers.join(', ')}`.replaceAll(/\p{Cc}/gu, '?');
}

/** Milliseconds: twice in each time that the watchdog allows, as sd_watchdog_enabled(3) asks for. */
function watchdogPeriod(): number | undefined {
  const { WATCHDOG_PID: pid, WATCHDOG_USEC: microseconds = '' } = process.env;
  if (pid !== undefined && Number(pid) !== process.pid) return undefined;
  const period = Number(microseconds) / 2000;
  return period > 0 ? Math.min(period, 0x7fffffff) : undefined;
}
