import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Child, runFixture } from '../support/child.js';
import { exists } from '../support/exists.js';

const MOCHA = fileURLToPath(new URL('../../../node_modules/mocha/bin/mocha.js', import.meta.url));

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
}

/** Not as a part of this run, should that be one of node:test. */
const env = { ...process.env, NODE_TEST_CONTEXT: undefined };

describe('temporary queues', function () {
  this.timeout(30_000);

  for (const parameters of [[], ['--test', '--test-reporter=tap']]) {
    it(`of node:test, run by node ${parameters.join(' ')}`, async () => {
      const path = fixture('temporary-node');
      const child = new Child(process.execPath, [...parameters, path], { env });
      const { code, stdout, stderr } = await child.end;
      assert.equal(code, 0, stdout + stderr);
      // In reports these lines are comments.
      const told = stdout.match(/(?<=\().+: \w+(?=\))/g);
      assert.deepEqual(told, [
        'in its test: true',
        'its wait: ERR_MQ_CLOSED',
        'after its test: false',
        'of the file: true',
        'beside one that ended: true',
      ]);
    });
  }

  it('of node:test, where that is loaded later', async () => {
    const child = new Child(process.execPath, [fixture('temporary-late')], { env });
    assert.equal((await child.end).code, 0);
  });

  for (const shape of ['globals', 'index']) {
    it(`of a runner that has hooks as ${shape}`, async () => {
      const { code, stdout, stderr } = await runFixture('temporary-globals', [shape]).end;
      assert.equal(code, 0, stderr);
      assert.deepEqual(stdout.split('\n'), [
        'in the test true,true,true',
        'after the test true,false,false',
        'after all false,false,false',
      ]);
    });
  }

  it('of several files in one process of a parallel run of mocha', async () => {
    const files = ['temporary-suite', 'temporary-parallel'].map(fixture);
    const parameters = [MOCHA, '--no-config', '--parallel', '--jobs', '1', ...files];
    const { stdout } = await new Child(process.execPath, parameters, { env }).end;
    const names = stdout.match(/\/mq-test-\S+/g) ?? [];
    assert.equal(names.length, 5);
    assert.deepEqual(names.filter(exists), []);
  });
});

describe('what keeps a run of mocha from ending', function () {
  this.timeout(30_000);

  it('is told: the queues, and where they were opened', async () => {
    const child = new Child(process.execPath, [MOCHA, '--no-config', fixture('temporary-waits')]);
    await child.erred(/unref\(\) a queue/);
    child.kill('SIGKILL');
    const { stderr } = await child.end;
    assert.match(stderr, /\[MQ_STILL_WAITING\]/);
    const told = stderr.match(/ {2}for a message of '\/mq-test-\S+', opened by .*/g) ?? [];
    assert.equal(told.length, 2, stderr);
    assert.match(told[0] ?? '', /createReadStream\(\) at .*temporary-waits\.[jt]s:\d+:/);
    assert.match(told[1] ?? '', /fromQueue\(\) at .*temporary-waits\.[jt]s:\d+:/);
  });

  it('is nothing where all is closed', async () => {
    const suite = new Child(process.execPath, [MOCHA, '--no-config', fixture('temporary-suite')]);
    assert.doesNotMatch((await suite.end).stderr, /MQ_STILL_WAITING/);
  });
});
