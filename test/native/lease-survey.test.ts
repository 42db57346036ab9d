import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { temporaryQueue } from 'posix-mqueue/testing';
import type { NativeQueue } from '#dist/native/binding.js';
import type { LeasedMessage } from '#dist/native/leased-message.js';
import { inbox } from '#dist/native/mailbox.js';
import { native } from '#dist/native/native.js';
import { LeaseFolder } from '#dist/queue/leases/folder.js';

const { EBADF, ENODATA, ENOENT, EPROTO } = constants.errno;
const O_RDWR = 2;
const SIZE = 64;

describe('what was given up in a lease file', () => {
  let name: string;
  let folder: LeaseFolder;
  let path: string;

  /** Two messages, of which one is given up and one is held; as if this process had died then. */
  beforeEach(async () => {
    const queue = temporaryQueue({ maxMessageSize: SIZE });
    ({ name } = queue);
    folder = new LeaseFolder(name, name);
    path = folder.newPath();
    const lease = native.createLease(path, name, folder.ipcNamespace, 2, SIZE);
    const receiver = native.open(name, O_RDWR, 0, 0, 0) as NativeQueue;
    receiver.useLease(lease);
    await queue.send('a', { priority: 7 });
    await queue.send('b');
    const [first] = inbox.take(receiver, receiver.tryReceive(2, 0)) as LeasedMessage[];
    first?.giveUp();
    assert.deepEqual(survey(), [true, process.pid, folder.ipcNamespace, name, 1, 1]);
    receiver.close();
    native.closeLease(lease);
  });
  afterEach(() => {
    rmSync(path, { force: true });
  });

  function survey(): unknown[] | number {
    const found = native.surveyLease(path);
    return typeof found === 'number'
      ? found
      : found.map((part) => (Buffer.isBuffer(part) ? part.toString() : part));
  }
  const adopt = (): number => native.adoptGivenUp(path, name, folder.ipcNamespace);

  it('is seen without a change, and by whom', () => {
    for (let times = 0; times < 2; times += 1) {
      assert.deepEqual(survey(), [false, process.pid, folder.ipcNamespace, name, 1, 1]);
    }
    const lease = adopt();
    assert.deepEqual(survey(), [true, process.pid, folder.ipcNamespace, name, 1, 1]);
    native.closeLease(lease);
  });

  it('can be had, and goes when it is elsewhere', () => {
    const lease = adopt();
    const slots = native.givenUpSlots(lease);
    assert.equal(slots.length, 1);
    const [slot = 0] = slots;
    const [data, priority] = native.readSlot(slot) as [Buffer, number, number];
    assert.deepEqual([data.toString(), priority], ['a', 7]);
    assert.equal(native.freeSlot(slot), -EBADF);
    assert.equal(native.freeGivenUpSlot(slot), 0);
    assert.equal(native.freeGivenUpSlot(slot), -EBADF);
    const [held = 0] = native.heldSlots(lease);
    assert.equal(native.freeGivenUpSlot(held), -EBADF);
    native.closeLease(lease);
    assert.deepEqual(survey(), [false, process.pid, folder.ipcNamespace, name, 1, 0]);
  });

  it('takes its file along when nothing else is in it', () => {
    const lease = adopt();
    for (const slot of native.heldSlots(lease)) native.freeSlot(slot);
    for (const slot of native.givenUpSlots(lease)) native.freeGivenUpSlot(slot);
    assert.ok(existsSync(path));
    native.closeLease(lease);
    assert.equal(survey(), -ENOENT);
  });

  it('is not looked for in a file that was never finished, or is none', () => {
    writeFileSync(path, Buffer.alloc(1024));
    assert.equal(survey(), -ENODATA);
    writeFileSync(path, '');
    assert.equal(survey(), -ENODATA);
    writeFileSync(path, 'MQLEASE?');
    assert.equal(survey(), -EPROTO);
  });
});
