// For runners with the functions of mocha or jest as globals, and require().
const path = require('node:path');
const { MessageQueue } = require('posix-mqueue');
const { temporaryName, temporaryQueue } = require('posix-mqueue/testing');
const { cases } = require('./cases.cjs');

function limited(title, milliseconds, test) {
  const made = it(title, test, milliseconds);
  // Mocha has no such parameter.
  made?.timeout?.(milliseconds);
}

const queues = { MessageQueue, temporaryName, temporaryQueue };
const before = globalThis.before ?? beforeAll;
cases({ describe, it, before, beforeEach, limited }, queues, path.basename(__filename));
