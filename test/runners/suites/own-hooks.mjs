import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { report } from './report.cjs';

const file = 'own-hooks.mjs';

/** The tests for a runner that tells this package nothing. */
export function ownHooks(it) {
  let left;

  it('leaves a queue', () => {
    left = temporaryQueue().name;
    report({ file, made: left });
  });

  it('finds nothing of the test before', () => {
    let isThere = true;
    try {
      MessageQueue.open(left).close();
    } catch {
      isThere = false;
    }
    report({ file, what: 'gone after a test', isRight: !isThere });
    report({ file, end: true });
  });
}
