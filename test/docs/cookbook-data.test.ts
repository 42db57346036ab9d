import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'libsql';
import { MessageQueue } from 'posix-mqueue';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';
import { ALL, deliver, endsWell, recipe, WAITS, withoutSanitizer } from '../support/recipe.js';

describe('the cookbook: data', function () {
  this.timeout(60_000);
  before(withoutSanitizer);
  it('structs: of a program in C++ are objects', async function () {
    const files = recipe('structs');
    const printed = files.text('printed').trimEnd();
    for (const name of ['sensor.cc', 'sample.mjs', 'reader.mjs', 'terminal-2']) files.use(name);
    const reader = files.terminal('terminal-1');
    await reader.shown(WAITS);
    // Reason: there is no compiler.
    if (spawnSync('g++', ['--version']).status !== 0) this.skip();
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
    const files = recipe('structs');
    const { sample } = (await import(files.use('sample.mjs'))) as {
      sample: { encode(value: object): Buffer; decode(data: Buffer): object };
    };
    const value = { sequence: 7, sensor: 65_535, stale: true, time: new Date(1e12), celsius: -1.5 };
    const data = sample.encode(value);
    assert.equal(data.length, 24);
    assert.deepEqual(sample.decode(data), value);
  });

  it('ndjson-gzip: all that was sent before the signal is in the file, of several runs too', async () => {
    const files = recipe('ndjson-gzip');
    const printed = files.text('printed');
    for (const name of ['collect.mjs', 'terminal-1', 'terminal-2', 'terminal-3']) files.use(name);
    const first = files.terminal('terminal-1');
    await first.shown(WAITS);
    assert.deepEqual((await files.terminal('terminal-2').end).code, 0);
    first.kill('SIGINT');
    assert.equal((await first.end).code, 0);
    assert.equal(`${(await files.terminal('terminal-3').end).stdout}\n`, printed);

    const second = files.terminal('terminal-1');
    await second.shown(WAITS);
    const numbers = [...Array(1000).keys()].map(String);
    const queue = MessageQueue.open(ownName('/events'), { access: 'write' });
    for (const number of numbers) await queue.send(number);
    await queue.close();
    second.kill('SIGTERM');
    assert.equal((await second.end).code, 0);
    const { stdout } = await files.terminal('terminal-3').end;
    assert.equal(stdout, printed + numbers.join('\n'));
  });

  it('ndjson-gzip: kill -9 loses nothing of the archive, and leaves whole files', async () => {
    const files = recipe('ndjson-gzip');
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
    await killed.shown(WAITS);
    const numbers = [...Array(1200).keys()].map(String);
    await deliver('/archived', numbers.slice(0, 900));
    await killed.shown(/^archive.*: \d+ events$/m);
    killed.kill('SIGKILL');
    await killed.end;
    const next = files.run(files.use('archive.mjs'));
    await next.shown(WAITS);
    await deliver('/archived', numbers.slice(900));
    next.kill('SIGTERM');
    const { code, stderr } = await next.end;
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(new Set(archived()), new Set(numbers));
  });

  it('bodies: protobuf', async () => {
    const files = recipe('bodies');
    files.use('reading.proto');
    files.use('protobuf.mjs');
    const { code, stdout, stderr } = await files.terminal('terminal-1').end;
    assert.deepEqual([code, stdout, stderr], [0, files.text('printed').trimEnd(), '']);
  });

  it('database: kill -9 loses no row', async () => {
    const files = recipe('database');
    for (const name of ['store.mjs', 'terminal-1', 'terminal-2']) files.use(name);
    const killed = files.terminal('terminal-1');
    await killed.shown(WAITS);
    const sent = files.terminal('terminal-2');
    await killed.shown(/ rows$/m);
    killed.kill('SIGKILL');
    await killed.end;
    const next = files.terminal('terminal-1');
    await endsWell(sent);
    await next.shown(WAITS);
    // Behind those that come again.
    await deliver('/measurements', ['{"id":1001,"celsius":0}']);
    next.kill('SIGINT');
    await endsWell(next);
    const db = new Database(join(files.folder, 'measurements.db'), { readonly: true });
    const rows = db.prepare('SELECT id FROM measurements ORDER BY id').pluck().all();
    db.close();
    assert.deepEqual(
      rows,
      Array.from({ length: 1001 }, (_, index) => index + 1),
    );
  });

  it('are all run here', () => {
    assert.deepEqual(PageFiles.unused(ALL.data), []);
  });
});
