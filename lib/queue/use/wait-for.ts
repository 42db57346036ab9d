import { codeOf } from '../../base/code-of.js';
import { AbortError, absentError } from '../../base/errors.js';
import { checkQueueName, shownName, type QueueName } from '../../base/names.js';
import { checkOptions, type Checks } from '../../base/options.js';
import { clearTimeout, now, setTimeout } from '../../base/timers.js';
import { AbortListener } from '../../base/abort-listener.js';
import type { WaitOptions } from './cancellation.js';
import type { QueueCore } from '../core.js';
import { openChecks, type OpenOptions } from '../open-options.js';
import { openQueue } from '../open.js';
import { waitChecks } from './receive.js';
import { atLeast } from '../wait/wait-timers.js';

// Nothing tells of a name that is not there yet, so it is looked for: often at first, in milliseconds.
const SHORTEST = 10;
const LONGEST = 250;

const WHERE = 'MessageQueue.waitFor()';

/** How to wait for a queue that somebody else creates, and how to open it then. */
export interface WaitForOptions
  extends
    WaitOptions,
    Pick<OpenOptions, 'access' | 'wait' | 'busyPoll' | 'reopen' | 'highWaterMark'> {}

const { access, wait, busyPoll, reopen, highWaterMark } = openChecks;
const checks: Checks<WaitForOptions> = {
  access,
  wait,
  busyPoll,
  reopen,
  highWaterMark,
  ...waitChecks,
};

export async function openWhenThere(name: QueueName, given?: WaitForOptions): Promise<QueueCore> {
  const key = checkQueueName(name);
  const { timeout = Infinity, signal, ...opening } = checkOptions(WHERE, given, checks);
  const end = now() + timeout;
  let refused = false;
  for (let delay = SHORTEST; ; delay = Math.min(delay * 2, LONGEST)) {
    if (signal?.aborted === true) throw new AbortError(signal.reason, shownName(key));
    try {
      return openQueue(WHERE, key, opening);
    } catch (error) {
      const code = codeOf(error);
      // Who creates it gives it its group and its mode a moment later.
      const early: boolean = code === 'EACCES' && !refused;
      if (code !== 'ENOENT' && !early) throw error;
      refused = early;
    }
    const left = end - now();
    if (left <= 0) throw absentError(shownName(key), timeout);
    await pause(Math.min(delay, left), signal);
  }
}

/** Over at once when the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      listener?.remove();
      resolve();
    };
    const timer = setTimeout(over, atLeast(milliseconds));
    const listener = signal && new AbortListener(signal, over);
  });
}
