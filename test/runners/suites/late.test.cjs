// For jest, where require() gives no ES modules: they are there only once the tests have begun.
const path = require('node:path');
const { report } = require('./report.cjs');

const file = path.basename(__filename);
let temporaryQueue;
let exists;
let left;

beforeAll(async () => {
  ({ temporaryQueue } = await import('posix-mqueue/testing'));
  const { MessageQueue } = await import('posix-mqueue');
  exists = (name) => {
    try {
      MessageQueue.open(name).close();
      return true;
    } catch {
      return false;
    }
  };
});

it('leaves a queue', () => {
  left = temporaryQueue().name;
  report({ file, made: left });
});

it('finds nothing of the test before', () => {
  report({ file, what: 'gone after a test', isRight: !exists(left) });
  report({ file, end: true });
});
