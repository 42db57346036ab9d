import { before, beforeEach, describe, it } from 'node:test';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { cases } from './cases.cjs';

const limited = (title, timeout, test) => it(title, { timeout }, test);
const together = { suite: (title, body) => describe(title, { concurrency: true }, body), test: it };
const queues = { MessageQueue, temporaryName, temporaryQueue };
const file = basename(fileURLToPath(import.meta.url));
cases({ describe, it, before, beforeEach, limited, together }, queues, file);
