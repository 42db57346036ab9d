import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { unlinkQuietly } from '../support/code.js';

const SMALL = { maxMessages: 1, maxMessageSize: 16 };
const STRANGER = 12_345;
const root = process.geteuid?.() === 0;

describe('stat()', () => {
  it('tells owner, group and mode', () => {
    const queue = temporaryQueue(SMALL);
    const owner = process.geteuid?.();
    const group = process.getegid?.();
    assert.deepEqual(queue.stat(), { owner, group, mode: 0o600, unlinked: false });
  });

  it('tells the mode that was asked for, less the umask', () => {
    const before = process.umask(0o027);
    try {
      assert.equal(temporaryQueue({ ...SMALL, mode: 0o666 }).stat().mode, 0o640);
    } finally {
      process.umask(before);
    }
  });

  it('is refused once it is closed', async () => {
    const queue = temporaryQueue(SMALL);
    await queue.close();
    assert.throws(() => queue.stat(), { code: 'ERR_MQ_CLOSED' });
  });
});

// Only root can become another user, who creates the queue.
(root ? describe : describe.skip)('a queue that another user created first', () => {
  let name: string;
  const create = { create: true, ...SMALL };
  beforeEach(async () => {
    name = temporaryName();
    process.seteuid?.(STRANGER);
    try {
      const squatter = MessageQueue.open(name, { create: true, mode: 0o666, ...SMALL });
      await squatter.close();
    } finally {
      process.seteuid?.(0);
    }
  });
  afterEach(() => {
    unlinkQuietly(name);
  });

  it('is refused by create: true, with what to do', () => {
    assert.throws(() => MessageQueue.open(name, create), {
      code: 'ERR_MQ_UNTRUSTED_OWNER',
      errno: -1,
      syscall: 'mq_open',
      queue: name,
      message: /belongs to user 12345.*trustedOwner: \[12345\], or 'any'/,
    });
  });

  it('is refused by Host and Worker', async () => {
    const worker = new Worker({ requests: name }, () => undefined);
    await assert.rejects(worker.run(), { code: 'ERR_MQ_UNTRUSTED_OWNER' });
    const host = new Host({ requests: name, responses: temporaryName(), ...SMALL });
    await assert.rejects(host.send('x'), { code: 'ERR_MQ_UNTRUSTED_OWNER' });
    await host.close().catch(() => undefined);
  });

  it('leaves no descriptor when it is refused', async () => {
    const { readdirSync } = await import('node:fs');
    assert.throws(() => MessageQueue.open(name, create));
    const before = readdirSync('/proc/self/fd').length;
    for (let count = 0; count < 10; count += 1) {
      assert.throws(() => MessageQueue.open(name, create));
    }
    assert.equal(readdirSync('/proc/self/fd').length, before);
  });

  for (const trustedOwner of ['any', [STRANGER], [1, STRANGER]] as const) {
    it(`is used with trustedOwner: ${JSON.stringify(trustedOwner)}`, async () => {
      const queue = MessageQueue.open(name, { ...create, trustedOwner });
      assert.equal(queue.stat().owner, STRANGER);
      await queue.close();
    });
  }

  it('is refused with a list of others', () => {
    const options = { ...create, trustedOwner: [1] };
    assert.throws(() => MessageQueue.open(name, options), { code: 'ERR_MQ_UNTRUSTED_OWNER' });
  });

  it('is used without create, as any existing queue', async () => {
    await MessageQueue.open(name).close();
  });

  it('is not taken for the one that was unlinked', async () => {
    unlinkQuietly(name);
    const queue = MessageQueue.open(name, { ...create, reopen: true });
    MessageQueue.unlink(name);
    process.seteuid?.(STRANGER);
    try {
      await MessageQueue.open(name, { ...create, mode: 0o666 }).close();
    } finally {
      process.seteuid?.(0);
    }
    await assert.rejects(queue.send('secret'), { code: 'EACCES', message: /trustedOwner/ });
    await assert.rejects(queue.receive(), { code: 'EACCES' });
    await queue.close();
  });
});

describe('the option trustedOwner', () => {
  for (const [value, problem] of [
    ['all', /'options.trustedOwner' must be 'any' or a list of user ids, not 'all'/],
    [5, /must be 'any' or a list/],
    [[-1], /'options.trustedOwner\[0\]' must be a whole number from 0/],
    [['root'], /trustedOwner\[0\]' must be a number/],
  ] as const) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      const options = { trustedOwner: value as never };
      assert.throws(() => MessageQueue.open(temporaryName(), options), problem);
    });
  }

  it('trusts root', async () => {
    if (!root) return;
    const name = temporaryName();
    const rootQueue = MessageQueue.open(name, { create: true, ...SMALL, mode: 0o600 });
    const { isTrusted } = await import('#dist/queue/trusted-owner.js');
    assert.equal(isTrusted(0), true);
    await rootQueue.close();
    MessageQueue.unlink(name);
  });
});
