import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MessageQueue } from 'posix-mqueue';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';
import { runsOthers } from '../support/sanitizer.js';
import { unlinkQuietly } from '../support/code.js';

const UNTIL_CTRL_C = /, until Ctrl-C$/m;

describe('the cookbook: data', function () {
  this.timeout(60_000);
  let files: PageFiles;
  const recipe = (name: string): PageFiles => (files = new PageFiles(`docs/cookbook/${name}.md`));

  afterEach(() => {
    for (const name of files.names) unlinkQuietly(name);
  });

  it('structs: of a program in C++ are objects', async function () {
    recipe('structs');
    const printed = files.text('printed').trimEnd();
    for (const name of ['sensor.cc', 'sample.mjs', 'reader.mjs', 'terminal-2']) files.use(name);
    const reader = files.terminal('terminal-1');
    await reader.shown(UNTIL_CTRL_C);
    // Reason: there is no compiler, or its program cannot run under ThreadSanitizer.
    if (!runsOthers || spawnSync('g++', ['--version']).status !== 0) this.skip();
    const sensor = await files.terminal('terminal-2').end;
    assert.deepEqual([sensor.code, sensor.stdout, sensor.stderr], [0, '', '']);
    await reader.shown(/^3: .*$/m);
    const queue = MessageQueue.open(ownName('/samples'), { access: 'write' });
    await queue.send('too short');
    await queue.close();
    await reader.erred(/a sample has 24 bytes, not 9/);
    reader.kill('SIGINT');
    const { code, stdout } = await reader.end;
    assert.deepEqual([code, stdout], [0, printed]);
  });

  it('structs: the codec encodes what it decodes', async () => {
    recipe('structs');
    const { sample } = (await import(files.use('sample.mjs'))) as {
      sample: { encode(value: object): Buffer; decode(data: Buffer): object };
    };
    const value = { sequence: 7, sensor: 65_535, stale: true, time: new Date(1e12), celsius: -1.5 };
    const data = sample.encode(value);
    assert.equal(data.length, 24);
    assert.deepEqual(sample.decode(data), value);
  });

  it('ndjson-gzip: all that was sent before the signal is in the file, of several runs too', async () => {
    recipe('ndjson-gzip');
    const printed = files.text('printed');
    for (const name of ['collect.mjs', 'terminal-1', 'terminal-2', 'terminal-3']) files.use(name);
    const first = files.terminal('terminal-1');
    await first.shown(UNTIL_CTRL_C);
    assert.deepEqual((await files.terminal('terminal-2').end).code, 0);
    first.kill('SIGINT');
    assert.equal((await first.end).code, 0);
    assert.equal(`${(await files.terminal('terminal-3').end).stdout}\n`, printed);

    const second = files.terminal('terminal-1');
    await second.shown(UNTIL_CTRL_C);
    const queue = MessageQueue.open(ownName('/events'), { access: 'write' });
    const numbers = [...Array(1000).keys()].map(String);
    for (const number of numbers) await queue.send(number);
    await queue.close();
    second.kill('SIGTERM');
    assert.equal((await second.end).code, 0);
    const { stdout } = await files.terminal('terminal-3').end;
    assert.equal(stdout, printed + numbers.join('\n'));
  });

  it('ndjson-gzip: kill -9 loses nothing of the archive, and leaves whole files', async () => {
    recipe('ndjson-gzip');
    const archived = (): string[] => {
      const folder = join(files.folder, 'archive');
      const names = readdirSync(folder).filter((name) => name.endsWith('.gz'));
      return names.flatMap((name) =>
        gunzipSync(readFileSync(join(folder, name)))
          .toString()
          .trimEnd()
          .split('\n'),
      );
    };
    const killed = files.run(files.use('archive.mjs'));
    await killed.shown(UNTIL_CTRL_C);
    const queue = MessageQueue.open(ownName('/archived'), { access: 'write' });
    const numbers = [...Array(1200).keys()].map(String);
    for (const number of numbers.slice(0, 900)) await queue.send(number);
    await killed.shown(/^archive.*: \d+ events$/m);
    killed.kill('SIGKILL');
    await killed.end;
    const next = files.run(files.use('archive.mjs'));
    await next.shown(UNTIL_CTRL_C);
    for (const number of numbers.slice(900)) await queue.send(number);
    await queue.close();
    next.kill('SIGTERM');
    const { code, stderr } = await next.end;
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(new Set(archived()), new Set(numbers));
  });

  it('bodies: protobuf', async () => {
    recipe('bodies');
    files.use('reading.proto');
    files.use('protobuf.mjs');
    const { code, stdout, stderr } = await files.terminal('terminal-1').end;
    assert.deepEqual([code, stdout, stderr], [0, files.text('printed').trimEnd(), '']);
  });

  it('are all run here', () => {
    const names = ['structs', 'ndjson-gzip', 'bodies'];
    assert.deepEqual(PageFiles.unused(names.map((name) => `docs/cookbook/${name}.md`)), []);
  });
});
