// For mocha with other names, of which the first queue is made within a suite.
const path = require('node:path');
const { MessageQueue } = require('posix-mqueue');
const { temporaryName, temporaryQueue } = require('posix-mqueue/testing');
const { cases } = require('./cases.cjs');

const limited = (title, milliseconds, body) => test(title, body).timeout(milliseconds);
const queues = { MessageQueue, temporaryName, temporaryQueue };
const api = { describe: suite, it: test, before: suiteSetup, beforeEach: setup, limited };
cases(api, queues, path.basename(__filename));
