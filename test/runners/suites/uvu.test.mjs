import { test } from 'uvu';
import { removeTemporaryQueues } from 'posix-mqueue/testing';
import { ownHooks } from './own-hooks.mjs';

ownHooks((title, body) => test(title, body));
if (process.env.RUNNERS_REMOVE !== undefined) test.after.each(removeTemporaryQueues);
test.run();
