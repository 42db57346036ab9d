import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';

/** Whether there is a queue of that name. */
export function exists(name: string): boolean {
  try {
    void MessageQueue.open(name).close();
    return true;
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'ENOENT');
    return false;
  }
}
