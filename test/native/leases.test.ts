import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import fc from 'fast-check';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import type { Message } from '#dist/base/message.js';
import type { NativeQueue } from '#dist/native/binding.js';
import { facts } from '#dist/native/facts.js';
import { LeasedMessage } from '#dist/native/leased-message.js';
import { inbox } from '#dist/native/mailbox.js';
import { native } from '#dist/native/native.js';
import { LeaseFolder } from '#dist/queue/leases/folder.js';
import { LeaseEditor, leaseFiles } from '../support/leases.js';

const { EAGAIN, EBADF, EBUSY, EINVAL, ELOOP, ENOBUFS, ENOENT, EPROTO, ESTALE } = constants.errno;
const O_RDWR = 2;
const SIZE = 64;

describe('a lease', () => {
  let queue: MessageQueue;
  let receiver: NativeQueue;
  let folder: LeaseFolder;
  let path: string;
  const paths: string[] = [];
  let lease: number;

  const begin = (slots: number): void => {
    queue = temporaryQueue({ maxMessageSize: SIZE });
    receiver = native.open(queue.name, O_RDWR, 0, 0, 0) as NativeQueue;
    folder = new LeaseFolder(queue.name, queue.name);
    path = folder.newPath();
    paths.push(path);
    lease = native.createLease(path, queue.name, folder.ipcNamespace, slots, SIZE);
    assert.ok(lease > 0);
    assert.equal(receiver.useLease(lease), 0);
  };
  beforeEach(() => {
    begin(2);
  });
  afterEach(() => {
    receiver.close();
    native.closeLease(lease);
    for (const each of paths.splice(0)) rmSync(each, { force: true });
  });

  const take = (max = 1): Message[] => {
    const count = receiver.tryReceive(max, 0);
    return count > 0 ? inbox.take(receiver, count) : [];
  };
  /** As if this process had died. */
  const die = (): void => {
    receiver.close();
    native.closeLease(lease);
  };
  const adopt = (): number => native.adoptLease(path, queue.name, folder.ipcNamespace);
  const adopted = (): [string, number, number][] => {
    const number = adopt();
    assert.ok(number > 0, `adopted: ${number}`);
    const contents = native.heldSlots(number).map((slot) => {
      const [data, priority, attempts] = native.readSlot(slot) as [Buffer, number, number];
      return [data.toString('latin1'), priority, attempts] as [string, number, number];
    });
    native.closeLease(number);
    return contents;
  };
  const done = (message: Message | undefined): boolean => (message as LeasedMessage).done();

  it('keeps a message until its work is done', async () => {
    await queue.send('a', { priority: 7 });
    const [message] = take();
    assert.deepEqual([message?.text(), message?.priority], ['a', 7]);
    assert.ok(LeasedMessage.is(message as Message));
    die();
    assert.deepEqual(adopted(), [['a', 7, 0]]);
    assert.equal(done(message), false);
    assert.deepEqual(adopted(), [['a', 7, 0]]);
  });

  it('keeps it no more when it is', async () => {
    await queue.send('a');
    assert.equal(done(take()[0]), true);
    die();
    assert.equal(existsSync(path), false);
    assert.equal(adopt(), -ENOENT);
  });

  it('is one of this user alone, and is there before the first message', () => {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(leaseFiles(queue.name), [path]);
  });

  it('is nobody else’s while its process lives', async () => {
    await queue.send('a');
    take();
    assert.equal(adopt(), -EAGAIN);
  });

  it('counts who works on a message, and is removed with the last one', async () => {
    for (const each of ['a', 'b']) await queue.send(each);
    take(2);
    die();
    let number = adopt();
    const [slot = 0] = native.heldSlots(number);
    assert.equal(native.beginSlot(slot), 1);
    assert.equal(native.beginSlot(slot), 2);
    native.closeLease(number);
    number = adopt();
    const slots = native.heldSlots(number);
    const attempts = slots.map((each) => (native.readSlot(each) as [Buffer, number, number])[2]);
    assert.deepEqual(new Set(attempts), new Set([0, 2]));
    for (const each of slots) {
      assert.equal(existsSync(path), true);
      assert.equal(native.freeSlot(each), 0);
    }
    assert.equal(existsSync(path), false);
  });

  it('keeps what was given up, and gives it to nobody', async () => {
    for (const each of ['a', 'b']) await queue.send(each);
    const [first, second] = take(2) as LeasedMessage[];
    assert.equal(first?.giveUp(), true);
    assert.equal(second?.done(), true);
    die();
    assert.deepEqual(adopted(), []);
    assert.equal(existsSync(path), true);
  });

  it('takes no more than it has slots for', async () => {
    for (const each of ['a', 'b', 'c']) await queue.send(each);
    const messages = take(4);
    assert.deepEqual(
      messages.map((each) => each.text()),
      ['a', 'b'],
    );
    assert.equal(receiver.tryReceive(1, 0), -ENOBUFS);
    done(messages[0]);
    assert.equal(take()[0]?.text(), 'c');
  });

  for (const way of ['worker', 'loop', 'spin'] as const) {
    it(`keeps what a wait brings (${way})`, async () => {
      const came = new Promise<number>((resolve) => (receiver.onreceive = resolve));
      assert.equal(receiver.beginReceive(facts().ways[way], 2, 1_000_000), 0);
      assert.equal(receiver.useLease(lease), -EBUSY);
      await queue.send('a');
      const messages = inbox.take(receiver, await came);
      assert.equal(messages[0]?.text(), 'a');
      die();
      assert.deepEqual(adopted(), [['a', 0, 0]]);
    });
  }

  it('is free again after a wait that was cancelled', async () => {
    assert.equal(receiver.beginReceive(facts().ways.worker, 1, 0), 0);
    if (!receiver.cancelReceive()) receiver.settleReceive();
    for (const each of ['a', 'b']) await queue.send(each);
    assert.equal(take(2).length, 2);
  });

  it('keeps nothing that is in its queue again', async () => {
    for (const each of ['a', 'b']) await queue.send(each);
    assert.equal(receiver.tryReceive(2, 0), 2);
    assert.equal(receiver.putBackInbox(0), 2);
    assert.equal(queue.currentMessages, 2);
    die();
    assert.equal(existsSync(path), false);
  });

  it('goes on without its queue until its last message is done', async () => {
    await queue.send('a');
    const [message] = take();
    receiver.close();
    assert.equal(existsSync(path), true);
    assert.equal(adopt(), -EAGAIN);
    done(message);
    assert.equal(existsSync(path), false);
  });

  it('is of the queue’s message size', () => {
    const other = folder.newPath();
    const wrong = native.createLease(other, queue.name, folder.ipcNamespace, 1, SIZE - 1);
    assert.equal(receiver.useLease(wrong), -EINVAL);
    assert.equal(receiver.useLease(12345), -EINVAL);
    native.closeLease(wrong);
    assert.equal(existsSync(other), false);
  });

  it('has no use for numbers that are none of its own', () => {
    for (const call of ['beginSlot', 'giveUpSlot', 'freeSlot', 'readSlot'] as const) {
      for (const slot of [0, lease << 14, (lease << 14) + 5, 2 ** 32 - 1]) {
        assert.equal(native[call](slot), -EBADF);
      }
    }
    assert.deepEqual(native.heldSlots(0), []);
    native.closeLease(0);
  });

  describe('of a process that was killed as the system call returned', () => {
    const found = async (data: Buffer, before = Buffer.alloc(0)): Promise<string | undefined> => {
      if (before.length > 0) {
        await queue.send(before);
        done(take()[0]);
      }
      await queue.send(data, { priority: 3 });
      take();
      die();
      new LeaseEditor(path).unmeasure(0);
      const [message] = adopted();
      assert.equal(message?.[1], 3);
      return message?.[0];
    };
    const ends = (data: Buffer): Promise<boolean> =>
      found(data, Buffer.alloc(SIZE, 'x')).then((text) => text === data.toString('latin1'));

    it('finds a message by its priority, and where it ends by the fill', async () => {
      assert.equal(await found(Buffer.from('hello'), Buffer.alloc(SIZE, 'x')), 'hello');
    });

    for (const [what, data] of [
      ['is empty', Buffer.alloc(0)],
      ['fills the slot', Buffer.alloc(SIZE, 'y')],
      ['ends with zeros', Buffer.from('a\0\0\0')],
      ['ends with 0xFF', Buffer.from([97, 0xff, 0xff])],
      ['ends with a line feed', Buffer.from('MQ1 {}\n\n')],
      ['ends with text of any script', Buffer.from('é漢😀')],
    ] as const) {
      it(`finds all of one that ${what}`, async () => {
        assert.equal(await ends(data), true);
      });
    }

    it('finds all of any UTF-8', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 8 }), async (text) => {
          receiver.close();
          native.closeLease(lease);
          begin(1);
          const data = Buffer.from(text);
          if (data.length > SIZE) return;
          assert.equal(await ends(data), true);
          MessageQueue.unlink(queue.name);
          await queue.close();
        }),
        { numRuns: 30 },
      );
    });

    it('cannot tell a last byte from the fill where they are the same', async () => {
      const fill = new LeaseEditor(path).fill();
      assert.ok(fill.every((byte) => byte >= 0xc0 && byte <= 0xfe));
      const data = Buffer.from(fill.subarray(0, 5));
      data[3] = 0;
      assert.equal(await found(data), data.subarray(0, 4).toString('latin1'));
    });

    it('has nothing where none came', async () => {
      for (const each of ['a', 'b']) await queue.send(each);
      take(2);
      die();
      const editor = new LeaseEditor(path);
      editor.unmeasure(1);
      editor.writeNumber(editor.slot(1) + 8, 0xffff_ffff);
      assert.deepEqual(adopted(), [['a', 0, 0]]);
    });
  });

  describe('file', () => {
    const damaged = async (damage: (editor: LeaseEditor) => void): Promise<number> => {
      await queue.send('a');
      take();
      die();
      damage(new LeaseEditor(path));
      const number = adopt();
      if (number > 0) native.closeLease(number);
      return number;
    };

    it('is adopted as it was left', async () => {
      assert.ok((await damaged(() => undefined)) > 0);
    });

    for (const [what, damage] of [
      ['of another kind', (editor) => editor.writeNumber(0, 1)],
      ['of another version', (editor) => editor.writeNumber(8, 2)],
      ['without slots', (editor) => editor.writeNumber(12, 0)],
      ['with more slots than it has room for', (editor) => editor.writeNumber(12, 3)],
      ['with messages of no size', (editor) => editor.writeNumber(16, 0)],
      ['with messages of another size', (editor) => editor.writeNumber(16, 4096)],
      ['with a name that is too long', (editor) => editor.writeNumber(40, 257)],
      ['with a state that there is not', (editor) => editor.writeNumber(editor.slot(0), 9)],
      ['with a length over its size', (editor) => editor.writeNumber(editor.slot(0) + 4, SIZE + 1)],
      [
        'with a priority that there is not',
        (editor) => editor.writeNumber(editor.slot(0) + 8, 32768),
      ],
      ['that was cut', () => truncateSync(path, 700)],
      ['that was cut in its header', () => truncateSync(path, 100)],
    ] as [string, (editor: LeaseEditor) => void][]) {
      it(`${what} is left alone`, async () => {
        assert.equal(await damaged(damage), -EPROTO);
        assert.equal(existsSync(path), true);
      });
    }

    for (const [what, at] of [
      ['name', 44 + 4],
      ['IPC namespace', 24],
    ] as const) {
      it(`of a queue of another ${what} is left alone`, async () => {
        assert.equal(await damaged((editor) => editor.writeNumber(at, 1)), -ESTALE);
        assert.equal(existsSync(path), true);
      });
    }

    it('that was never finished is removed', () => {
      for (const size of [0, 10, 4096]) {
        const unfinished = folder.newPath();
        writeFileSync(unfinished, Buffer.alloc(size));
        assert.equal(native.adoptLease(unfinished, queue.name, folder.ipcNamespace), -ENOENT);
        assert.equal(existsSync(unfinished), false);
      }
    });

    it('is not followed through a link', () => {
      const link = folder.newPath();
      symlinkSync(path, link);
      assert.equal(native.adoptLease(link, queue.name, folder.ipcNamespace), -ELOOP);
      assert.equal(native.createLease(link, queue.name, folder.ipcNamespace, 1, SIZE), -EAGAIN);
      rmSync(link);
    });
  });
});
