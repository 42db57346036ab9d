import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { Child } from '../support/child.js';
import { errorLike } from '../support/code.js';

const SMALL = { maxMessages: 1, maxMessageSize: 16 };
const STRANGER = 12_345;
const root = process.geteuid?.() === 0;

function withUmask<T>(umask: number, body: () => T): T {
  const before = process.umask(umask);
  try {
    return body();
  } finally {
    process.umask(before);
  }
}

describe('the mode of a created queue', () => {
  for (const [mode, meant] of [
    [600, '0o600'],
    [660, '0o660'],
    [644, '0o644'],
    [222, '0o222'],
    [777, '0o777'],
    [1777, '0o1777'],
  ] as const) {
    it(`is not ${mode}, where ${meant} was meant`, () => {
      const expected = errorLike(
        TypeError,
        { code: 'ERR_INVALID_ARG_VALUE' },
        new RegExp(`'options.mode'.*did you mean ${meant}\\?.*write '${mode.toString(8)}'`),
      );
      assert.throws(() => MessageQueue.open('/any', { create: true, mode }), expected);
    });
  }

  for (const mode of ['600x', '', '0o600', '9', '77777', true, -1, 1.5, 4096] as never[]) {
    it(`is not ${JSON.stringify(mode)}`, () => {
      const expected = { code: /^ERR_(INVALID_ARG|OUT_OF_RANGE)/, message: /'options.mode'/ };
      assert.throws(() => MessageQueue.open('/any', { create: true, mode }), expected);
    });
  }

  for (const [mode, bits] of [
    ['0600', 0o600],
    ['640', 0o640],
    [0o620, 0o620],
    [0o644, 0o644],
    [0o666, 0o666],
    [0o700, 0o700],
    ['1130', 0o1130],
  ] as const) {
    it(`may be ${JSON.stringify(mode)}`, () => {
      withUmask(0, () => {
        assert.equal(temporaryQueue({ ...SMALL, mode }).stat().mode, bits);
      });
    });
  }

  it('is exact where that is asked for, whatever the umask', () => {
    withUmask(0o077, () => {
      const options = { ...SMALL, mode: 0o666, exactMode: true };
      const queue = temporaryQueue(options);
      assert.equal(queue.stat().mode, 0o666);
      const again = MessageQueue.open(queue.name, { ...options, create: true, mode: 0o600 });
      assert.equal(again.stat().mode, 0o666);
    });
  });

  it('stays that of a queue that was there', () => {
    const queue = temporaryQueue({ ...SMALL, mode: 0o600 });
    const how = { ...SMALL, create: true, mode: 0o666, exactMode: true };
    assert.equal(MessageQueue.open(queue.name, how).stat().mode, 0o600);
    assert.throws(() => MessageQueue.open(queue.name, { ...how, exclusive: true }), {
      code: 'EEXIST',
    });
  });
});

// Only root may give a queue to any group, and become another user.
(root ? describe : describe.skip)('the group of a created queue', () => {
  it('is the one that was asked for, with the exact mode', () => {
    withUmask(0o077, () => {
      const { group, mode } = temporaryQueue({ ...SMALL, mode: 0o660, group: STRANGER }).stat();
      assert.deepEqual([group, mode], [STRANGER, 0o660]);
    });
  });

  it('is given anew to a queue that is opened anew', async () => {
    const name = temporaryName();
    const how = { ...SMALL, create: true, reopen: true, group: STRANGER };
    const queue = MessageQueue.open(name, how);
    MessageQueue.unlink(name);
    queue.trySend('x');
    assert.deepEqual([queue.stat().group, queue.stat().unlinked], [STRANGER, false]);
    await queue.close();
  });

  it('is refused where this user may not give it, and no queue is left behind', () => {
    const name = temporaryName();
    process.seteuid?.(STRANGER);
    try {
      assert.throws(() => MessageQueue.open(name, { ...SMALL, create: true, group: 1 }), {
        code: 'EPERM',
        syscall: 'fchown',
        queue: name,
        message: /group 1\b/,
      });
    } finally {
      process.seteuid?.(0);
    }
    assert.throws(() => MessageQueue.open(name), { code: 'ENOENT' });
  });
});

describe('a queue of other sizes than were asked for', () => {
  const other = { create: true, maxMessages: 2, maxMessageSize: 16 } as const;

  it('is kept, with one warning', async () => {
    const queue = temporaryQueue(SMALL);
    // In a process of its own: there is one warning in each.
    const program = `
      import { MessageQueue } from 'posix-mqueue';
      const [name] = process.argv.slice(1);
      const other = ${JSON.stringify(other)};
      const sizes = (more) => MessageQueue.open(name, { ...other, ...more }).maxMessages;
      console.log(sizes({ onMismatch: 'keep' }));
      await new Promise(setImmediate);
      console.error('only now');
      console.log(sizes(), sizes());
      await new Promise(setImmediate);`;
    const { stdout, stderr } = await new Child(process.execPath, [
      '--input-type=module',
      '-e',
      program,
      queue.name,
    ]).end;
    assert.equal(stdout, '1\n1 1');
    const text =
      /^only now\n.*MQ_SIZES.* exists with maxMessages 1 and maxMessageSize 16, .*only warning\n/;
    assert.match(stderr, text);
    const asked =
      'Asked for: maxMessages 2 and maxMessageSize 16. Ask for what it has, unlink it first';
    for (const part of [queue.name, asked, "onMismatch: 'keep', 'error' or 'recreate'"]) {
      assert.ok(stderr.includes(part), stderr);
    }
    assert.equal(stderr.match(/MQ_SIZES/g)?.length, 1);
  });

  it('is an error where that is asked for', () => {
    const queue = temporaryQueue(SMALL);
    const details = { code: 'ERR_MQ_SIZES', syscall: 'mq_open', queue: queue.name };
    assert.throws(() => MessageQueue.open(queue.name, { ...other, onMismatch: 'error' }), details);
    const one = { create: true, maxMessageSize: 17, onMismatch: 'error' } as const;
    const message = /Asked for: maxMessageSize 17\. /;
    assert.throws(() => MessageQueue.open(queue.name, one), { ...details, message });
    const same = { ...SMALL, create: true, onMismatch: 'error' } as const;
    assert.equal(MessageQueue.open(queue.name, same).maxMessages, 1);
    const anySize = { create: true, maxMessageSize: 16, onMismatch: 'error' } as const;
    assert.equal(MessageQueue.open(queue.name, anySize).maxMessages, 1);
  });

  it('is created anew where that is asked for', () => {
    const queue = temporaryQueue(SMALL);
    queue.trySend('old');
    const anew = MessageQueue.open(queue.name, { ...other, onMismatch: 'recreate' });
    assert.deepEqual([anew.maxMessages, anew.currentMessages], [2, 0]);
    assert.equal(queue.stat().unlinked, true);
    const again = MessageQueue.open(queue.name, { ...other, onMismatch: 'recreate' });
    anew.trySend('x');
    assert.equal(again.tryReceive()?.text(), 'x');
  });
});
