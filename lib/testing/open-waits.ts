import { setImmediate } from 'node:timers/promises';
import { URL } from 'node:url';
import { warnStillWaiting } from '../base/warnings.js';
import { openWaits, type Remains } from '../queue/left-open.js';

// A bundler to CommonJS leaves no URL.
const here = import.meta.url as string | undefined;
const ownCode = here === undefined ? undefined : new URL('..', here).href;

/** Tells, when the tests are over, what keeps their process from ending. */
export async function warnOpenWaits(): Promise<void> {
  // What was closed without waiting for it may need a turn to begin with that.
  await setImmediate();
  const waits = openWaits();
  if (waits.length > 0) warnStillWaiting(waits.map(describeWait));
}

function describeWait({ name, opener, stack, receives }: Remains): string {
  const wait = receives.wait.way === null ? 'for room in' : 'for a message of';
  return `  ${wait} '${name}', opened by ${opener} ${callerIn(stack ?? '')}`;
}

/** The first line of a stack that is neither ours nor that of Node or RxJS. */
function callerIn(stack: string): string {
  const isOwn = (line: string): boolean => ownCode !== undefined && line.includes(ownCode);
  const isForeign = (line: string): boolean =>
    line.startsWith('    at ') && !/\bnode:|\/rxjs\//.test(line) && !isOwn(line);
  return stack.split('\n').find(isForeign)?.trim() ?? '';
}
