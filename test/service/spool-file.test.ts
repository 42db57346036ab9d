import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord } from '#dist/service/spool/record.js';
import { SpoolFile } from '#dist/service/spool/spool-file.js';
import { nextTurn, until } from '../support/code.js';

/** Where the first record begins. */
const BEGIN = 24;
const MOST = 10_000;

const record = (text: string): Buffer =>
  encodeRecord({ body: Buffer.from(text), properties: { priority: 0 } });

describe('SpoolFile', () => {
  let folder: string;
  let path: string;
  let handles: FileHandle;
  let datasync: FileHandle['datasync'];
  const opened: SpoolFile[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mq-spool-file-'));
    path = join(folder, 'spool');
    const any = await open('/dev/null');
    handles = Object.getPrototypeOf(any) as FileHandle;
    // oxlint-disable-next-line typescript/unbound-method -- it is put back, and called with a handle
    datasync = handles.datasync;
    await any.close();
  });
  afterEach(async () => {
    handles.datasync = datasync;
    for (const file of opened.splice(0)) await file.close();
    rmSync(folder, { recursive: true });
  });

  async function openSpool(at: string = path): Promise<SpoolFile> {
    const file = await SpoolFile.open(at, MOST);
    opened.push(file);
    return file;
  }

  /** From now on the disk is as slow, or as broken, as the test has it. */
  function syncBy(answer: () => Promise<void>): () => number {
    let syncs = 0;
    handles.datasync = async function sync(this: FileHandle) {
      syncs += 1;
      await answer();
      await datasync.call(this);
    };
    return () => syncs;
  }

  async function textsOf(file: SpoolFile): Promise<string[]> {
    const texts: string[] = [];
    while (!file.isEmpty) {
      texts.push(Buffer.from((await file.first())?.body ?? []).toString());
      await file.done();
    }
    return texts;
  }

  it('confirms nothing before it is synced, and syncs those once that come meanwhile', async () => {
    const file = await openSpool();
    const releases: (() => void)[] = [];
    const syncs = syncBy(() => new Promise((resolve) => releases.push(resolve)));
    const confirmed: string[] = [];
    const append = async (text: string): Promise<void> => {
      await file.append(record(text));
      confirmed.push(text);
    };
    const first = append('0');
    await until(() => releases.length === 1, 'a sync');
    const others = ['1', '2', '3'].map(append);
    await nextTurn();
    assert.deepEqual([confirmed, file.messages, file.isUnused], [[], 0, false]);
    releases[0]?.();
    await first;
    await until(() => releases.length === 2, 'a second sync');
    // All bytes are in the file, and none of the three is said to be.
    const bytes = ['0', '1', '2', '3'].map(record);
    assert.deepEqual(readFileSync(path).subarray(BEGIN), Buffer.concat(bytes));
    await nextTurn();
    assert.deepEqual([confirmed, file.messages], [['0'], 1]);
    releases[1]?.();
    await Promise.all(others);
    assert.deepEqual([confirmed, syncs(), file.messages], [['0', '1', '2', '3'], 2, 4]);
    assert.deepEqual(await textsOf(file), ['0', '1', '2', '3']);
  });

  it('counts what is on its way, where it is asked for room', async () => {
    const file = await openSpool();
    const large = record('x'.repeat(MOST / 2));
    const appended = file.append(large);
    assert.equal(file.hasRoomFor(large), false);
    await appended;
    assert.equal(file.hasRoomFor(large), false);
    await textsOf(file);
    assert.equal(file.hasRoomFor(large), true);
  });

  it('confirms none of those whose sync fails, and keeps those before', async () => {
    const file = await openSpool();
    await file.append(record('before'));
    syncBy(() => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO', errno: -5 })));
    const appended = await Promise.allSettled(['1', '2'].map((text) => file.append(record(text))));
    const codes = appended.map(
      (end) => end.status === 'rejected' && (end.reason as { code: string }).code,
    );
    assert.deepEqual([codes, file.messages], [['EIO', 'EIO'], 1]);
    handles.datasync = datasync;
    await file.append(record('after'));
    assert.deepEqual(await textsOf(file), ['before', 'after']);
  });

  it('drops what the disk has a later part of alone, but not where it was confirmed', async () => {
    const file = await openSpool();
    await file.append(record('confirmed'));
    const end = readFileSync(path).length;
    let release: (() => void) | undefined;
    syncBy(() => new Promise((resolve) => (release = resolve)));
    const appended = Promise.all(['lost', 'there'].map((text) => file.append(record(text))));
    await until(() => release !== undefined, 'a sync');
    handles.datasync = datasync;
    const withHole = (): Buffer => readFileSync(path).fill(0, end, end + record('lost').length);
    const copy = join(folder, 'after-a-failure-of-power');
    writeFileSync(copy, withHole());
    release?.();
    await appended;
    await file.append(record('next'));
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, withHole());
    assert.deepEqual(await textsOf(await openSpool(copy)), ['confirmed']);
    await assert.rejects(openSpool(damaged), { code: 'ERR_MQ_SPOOL' });
  });
});
