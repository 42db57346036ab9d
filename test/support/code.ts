import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { MessageQueue } from 'posix-mqueue';

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

/** Resolves when `condition` holds, looked at once a turn; a test's own timeout is the end of it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
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
