import { withCode } from './error-classes.js';

type Coded = Error & { code: string };

const CODE = 'ERR_MQ_POOL';

/**
 * For a process that a pool killed because nothing in it was ready.
 *
 * @internal
 */
export function startTimeoutError(milliseconds: number): Coded {
  return withCode(
    new Error(
      `Nothing was ready in the process within ${milliseconds} ms (startTimeout). Its module is to run a ` +
        `Worker, or to call process.send('ready') when it works`,
    ),
    { code: CODE },
  );
}

/**
 * For a replacement that did not come up.
 *
 * @internal
 */
export function replaceError(place: number): Coded {
  return withCode(
    new Error(
      `The process that was to follow at place ${place} ended before it was ready, so the one before works ` +
        `on, and those after it were not replaced. The pool's event 'exit' tells how it ended`,
    ),
    { code: CODE },
  );
}

/**
 * For a pool that has no processes to do it with.
 *
 * @internal
 */
export function notRunningError(what: string, state: string): Coded {
  return withCode(new Error(`${what} needs a pool that runs, and this one is ${state}`), {
    code: CODE,
  });
}
