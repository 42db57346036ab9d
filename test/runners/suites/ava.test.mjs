import test from 'ava';
import { removeTemporaryQueues } from 'posix-mqueue/testing';
import { ownHooks } from './own-hooks.mjs';

ownHooks((title, body) =>
  test.serial(title, async (t) => {
    await body();
    t.pass();
  }),
);
if (process.env.RUNNERS_REMOVE !== undefined) test.afterEach.always(removeTemporaryQueues);
