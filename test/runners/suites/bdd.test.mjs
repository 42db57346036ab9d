// For runners with the functions of mocha or jest as globals.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { cases } from './cases.cjs';

function limited(title, milliseconds, test) {
  const made = it(title, test, milliseconds);
  // Mocha has no such parameter.
  made?.timeout?.(milliseconds);
}

const queues = { MessageQueue, temporaryName, temporaryQueue };
const file = basename(fileURLToPath(import.meta.url));
cases({ describe, it, before: globalThis.before ?? beforeAll, beforeEach, limited }, queues, file);
