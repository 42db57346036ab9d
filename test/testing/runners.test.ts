import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

  for (const parameters of [[], ['--test']]) {
    it(`of node ${parameters.join(' ')}, where node:test is loaded later`, async () => {
      const late = [...parameters, fixture('temporary-late')];
      assert.equal((await new Child(process.execPath, late, { env }).end).code, 0);
    });
  }

  for (const shape of ['globals', 'index', 'events', 'module']) {
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
    // More than there are processes. Of one alone mocha would make no parallel run.
    const files = Array.from({ length: 5 }, () => fixture('temporary-parallel'));
    const copies = mkdtempSync(join(dirname(files[0] ?? ''), 'copies-'));
    const paths = files.map((file, index) => join(copies, `${index}.js`));
    for (const path of paths) copyFileSync(fixture('temporary-parallel'), path);
    try {
      const parameters = [MOCHA, '--no-config', '--parallel', '--jobs', '2', ...paths];
      const { stdout } = await new Child(process.execPath, parameters, { env }).end;
      assert.deepEqual(
        stdout.match(/after its test: .*/g),
        Array.from({ length: 10 }, () => 'after its test: false; of the suite: true'),
      );
      const names = stdout.match(/\/mq-test-\S+/g) ?? [];
      assert.equal(names.length, 20);
      assert.deepEqual(names.filter(exists), []);
    } finally {
      rmSync(copies, { recursive: true });
    }
  });

  it('of a child process of node:test, which prints no report', async () => {
    const parameters = ['--test', '--test-reporter=tap', fixture('temporary-child')];
    const { code, stdout, stderr } = await new Child(process.execPath, parameters, { env }).end;
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\(printed: "\/mq-test-\d+-[0-9a-f]+\\+n"\)/);
  });
});

describe('the warning of a runner without hooks', () => {
  const WARNING = /\[MQ_NO_HOOKS\].*removeTemporaryQueues\(\)/;

  it('is given once, at the end of a process that left some', async () => {
    const { code, stdout, stderr } = await runFixture('temporary-left', ['leaves'], { env }).end;
    assert.equal(code, 0);
    assert.match(stderr, WARNING);
    assert.equal(stderr.match(/MQ_NO_HOOKS/g)?.length, 1);
    const [first = '', second = ''] = stdout.split('\n');
    assert.ok(stderr.includes(`'${first}', and 1 more,`), stderr);
    assert.deepEqual([first, second].map(exists), [false, false]);
  });

  for (const way of ['disposes', 'removes', 'unlinks', 'names']) {
    it(`is not given to a program that ${way}`, async () => {
      const { code, stderr } = await runFixture('temporary-left', [way], { env }).end;
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  it('is not given where a runner has hooks', async () => {
    const child = new Child(process.execPath, [MOCHA, '--no-config', fixture('temporary-suite')]);
    assert.doesNotMatch((await child.end).stderr, /MQ_NO_HOOKS/);
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
