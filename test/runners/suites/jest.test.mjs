// With `injectGlobals: false`.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { cases } from './cases.cjs';
import { beforeAll, beforeEach, describe, it } from '@jest/globals';

const limited = (title, timeout, test) => it(title, test, timeout);
const together = { suite: describe, test: it.concurrent };
const queues = { MessageQueue, temporaryName, temporaryQueue };
const file = basename(fileURLToPath(import.meta.url));
cases({ describe, it, before: beforeAll, beforeEach, limited, together }, queues, file);
