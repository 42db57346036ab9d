// The tests that every runner is given: they are told its functions, and report what is there at which moment.
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { report } = require('./report.cjs');

/** @param api - describe, it, before, beforeEach, limited(title, milliseconds, test), and { suite, test } for `together` */
exports.cases = function cases(api, { MessageQueue, temporaryName, temporaryQueue }, file) {
  const { describe, it, before, beforeEach, limited, together } = api;

  const exists = (name) => {
    try {
      MessageQueue.open(name).close();
      return true;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      return false;
    }
  };
  const tell = (what, isRight) => report({ file, what, isRight });
  const make = () => {
    const queue = temporaryQueue();
    report({ file, made: queue.name });
    return queue;
  };
  const names = {};
  const leave = (key) => (names[key] = make().name);

  leave('ofFile');

  describe(`temporary queues ${file}`, () => {
    leave('ofSuite');
    const ofBeforeEach = [];
    before(() => {
      leave('ofBefore');
    });
    beforeEach(() => {
      ofBeforeEach.push(make().name);
    });

    it('leaves queues and waits', () => {
      leave('ofTest');
      make()
        .receive()
        .catch(() => undefined);
      make().on('message', () => undefined);
      make().createReadStream().resume();
      names.byName = temporaryName();
      MessageQueue.open(names.byName, { create: true, maxMessages: 1, maxMessageSize: 8 }).close();
    });

    it('finds nothing of the test before', () => {
      tell('gone after a test', !exists(names.ofTest) && !exists(names.byName));
      tell('of beforeEach gone after its test', !exists(ofBeforeEach[0]));
      tell('of beforeEach there in its test', exists(ofBeforeEach[1]));
      tell('of before there', exists(names.ofBefore));
      tell('of the file there', exists(names.ofFile) && exists(names.ofSuite));
    });

    it('fails', () => {
      leave('ofFailing');
      throw new Error('on purpose');
    });

    it('finds nothing of one that failed', () => {
      tell('gone after a failure', !exists(names.ofFailing));
    });

    limited('takes too long', 50, async () => {
      const queue = make();
      names.ofLate = queue.name;
      await queue.receive();
    });

    it('finds nothing of one that took too long', () => {
      tell('gone after a timeout', !exists(names.ofLate));
    });

    it('disposes', async () => {
      const queue = make();
      await queue[Symbol.asyncDispose]();
      tell('gone after await using', !exists(queue.name) && queue.closed);
    });

    it('has a child process', async () => {
      const queue = make();
      execFileSync(process.execPath, [path.join(__dirname, 'sends.mjs'), queue.name]);
      tell('open to a child process', (await queue.receive()).text() === 'from a child');
    });

    describe('nested', () => {
      it('leaves one', () => {
        leave('ofNested');
      });
      it('finds nothing of the test before', () => {
        tell('gone after a nested test', !exists(names.ofNested));
      });
    });
  });

  if (together !== undefined) {
    together.suite('at one time', () => {
      let ended;
      const first = new Promise((resolve) => (ended = resolve));
      together.test('outlives another', async () => {
        const { name } = make();
        await first;
        await new Promise((resolve) => setTimeout(resolve, 20));
        tell('there beside one that ended', exists(name));
      });
      together.test('ends', async () => {
        make();
        ended();
      });
    });
  }

  describe(`at last ${file}`, () => {
    it('all is reported', () => {
      tell('of the file there at last', exists(names.ofFile));
      report({ file, end: true });
    });
  });
};

/** What the tests above report. */
exports.REPORTS = [
  'gone after a test',
  'of beforeEach gone after its test',
  'of beforeEach there in its test',
  'of before there',
  'of the file there',
  'gone after a failure',
  'gone after a timeout',
  'gone after await using',
  'open to a child process',
  'gone after a nested test',
  'of the file there at last',
];

/** And what those of them that have `together` do. */
exports.BESIDE = 'there beside one that ended';
