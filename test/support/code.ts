import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { MessageQueue } from 'posix-mqueue';
import { now } from '#dist/base/timers.js';

/** For `assert.throws` and `assert.rejects`: an error of that class with these properties. */
export function errorLike(
  type: new (...args: never[]) => Error,
  properties: Record<string, unknown>,
  text?: RegExp,
): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof type, `${String(error)} is no ${type.name}`);
    for (const [key, value] of Object.entries(properties)) {
      assert.equal((error as unknown as Record<string, unknown>)[key], value, key);
    }
    if (text !== undefined) assert.match(error.message, text);
    return true;
  };
}

/** Resolves in the next turn of the event loop, after everything that is ready in this one. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

// Of the test that runs: outside of mocha, in a program that a test has started, there is none.
let test: Mocha.Runnable | undefined;
let begun = now();
if (typeof beforeEach === 'function') {
  beforeEach(function () {
    test = this.currentTest;
    begun = now();
  });
}

/** Soon enough that the test fails by what `until` says, and not by its timeout. */
function timeIsOver(since: number): boolean {
  const limit = test?.timeout() ?? 10_000;
  return limit > 0 && now() - since > Math.max(limit / 2, limit - 250);
}

/**
 * Resolves when `condition` holds, looked at once a turn.
 *
 * @param what - what is waited for: rejects with it shortly before the test's time is over
 */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const since = test === undefined ? now() : begun;
  while (!condition()) {
    if (timeIsOver(since)) assert.fail(`There never was ${what}`);
    await nextTurn();
  }
}

/** For the end of a test, where the queue may be gone already. */
export function unlinkQuietly(name: string | Buffer): void {
  try {
    MessageQueue.unlink(name);
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'ENOENT');
  }
}

/** How many descriptors of this process are open for the queue of that name, unlinked or not. */
export function descriptorsOf(name: string): number {
  const isIt = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(name);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc/self/fd').filter(isIt).length;
}
