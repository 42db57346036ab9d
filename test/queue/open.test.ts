import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { limits, MessageQueue, MessageQueueError } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { errorLike } from '../support/code.js';

const SMALL = { maxMessages: 2, maxMessageSize: 32 };

describe('MessageQueue.open', () => {
  const names: string[] = [];
  const unused = (): string => {
    const name = temporaryName();
    names.push(name);
    return name;
  };
  afterEach(() => {
    for (const name of names.splice(0)) {
      try {
        MessageQueue.unlink(name);
      } catch (error) {
        assert.equal((error as MessageQueueError).code, 'ENOENT');
      }
    }
  });

  describe('names', () => {
    const refused: [name: string, code: string, errno: number][] = [
      ['', 'EINVAL', -22],
      ['jobs', 'EINVAL', -22],
      ['/', 'ENOENT', -2],
      ['//', 'EACCES', -13],
      ['/.', 'EACCES', -13],
      ['/..', 'EACCES', -13],
      ['/a/b', 'EACCES', -13],
      ['/a\0b', 'EINVAL', -22],
      [`/${'x'.repeat(256)}`, 'ENAMETOOLONG', -36],
      [`/${'ü'.repeat(128)}`, 'ENAMETOOLONG', -36],
    ];
    for (const [name, code, errno] of refused) {
      it(`refuses ${JSON.stringify(name.slice(0, 12))} with ${code}`, () => {
        const details = { code, errno, syscall: 'mq_open', queue: name };
        const expected = errorLike(TypeError, details, /name/);
        assert.throws(() => MessageQueue.open(name, { create: true, ...SMALL }), expected);
      });
    }

    it('takes 255 bytes after the slash', async () => {
      const name = `/${'y'.repeat(255)}`;
      names.push(name);
      const queue = MessageQueue.open(name, { create: true, ...SMALL });
      assert.equal(queue.name, name);
      await queue.close();
    });

    it('suggests the slash that is missing', () => {
      assert.throws(() => MessageQueue.open('jobs'), /did you mean "\/jobs"\?/);
    });

    it('refuses what is no string', () => {
      const expected = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /'name'.*42/);
      assert.throws(() => MessageQueue.open(42 as unknown as string), expected);
    });
  });

  it('fails with ENOENT where there is none, and says what to do', () => {
    const name = unused();
    const details = { code: 'ENOENT', errno: -2, syscall: 'mq_open', queue: name };
    const expected = errorLike(MessageQueueError, details, /create: true/);
    assert.throws(() => MessageQueue.open(name), expected);
  });

  it('creates exclusively once', async () => {
    const name = unused();
    const options = { create: true, exclusive: true, ...SMALL };
    const queue = MessageQueue.open(name, options);
    const details = { code: 'EEXIST', errno: -17, queue: name };
    assert.throws(() => MessageQueue.open(name, options), errorLike(MessageQueueError, details));
    await queue.close();
  });

  it('refuses exclusive without create, and creates nothing', () => {
    const name = unused();
    const expected = errorLike(TypeError, { code: 'ERR_INVALID_ARG_VALUE' }, /create: true/);
    assert.throws(() => MessageQueue.open(name, { exclusive: true }), expected);
    assert.throws(
      () => MessageQueue.unlink(name),
      errorLike(MessageQueueError, { code: 'ENOENT' }),
    );
  });

  it('reports the attributes of the queue that exists, not those asked for', async () => {
    const first = temporaryQueue({ maxMessages: 3, maxMessageSize: 48 });
    const second = MessageQueue.open(first.name, {
      create: true,
      maxMessages: 1,
      maxMessageSize: 8,
    });
    assert.deepEqual([second.maxMessages, second.maxMessageSize], [3, 48]);
    await second.close();
  });

  it('takes the system defaults, each by itself', async () => {
    const { defaultMessages, maxMessages, defaultMessageSize, maxMessageSize } = limits();
    const name = unused();
    const queue = MessageQueue.open(name, { create: true, maxMessageSize: 16 });
    assert.equal(queue.maxMessages, Math.min(defaultMessages, maxMessages));
    await queue.close();
    MessageQueue.unlink(name);
    const other = MessageQueue.open(name, { create: true, maxMessages: 1 });
    assert.equal(other.maxMessageSize, Math.min(defaultMessageSize, maxMessageSize));
    await other.close();
  });

  it('names the limit that a size is over, its value and the remedy', function () {
    const name = unused();
    const { maxMessages, maxMessageSize } = limits();
    const create = (sizes: object) => () => MessageQueue.open(name, { create: true, ...sizes });
    const details = { code: 'EINVAL', errno: -22, syscall: 'mq_open', queue: name };
    assert.throws(
      create({ maxMessages: maxMessages + 1, maxMessageSize: 8 }),
      errorLike(
        MessageQueueError,
        details,
        new RegExp(`limit of ${maxMessages} in .*/msg_max.*sysctl`),
      ),
    );
    assert.throws(
      create({ maxMessages: 1, maxMessageSize: maxMessageSize + 1 }),
      errorLike(
        MessageQueueError,
        details,
        new RegExp(`limit of ${maxMessageSize} .*/msgsize_max`),
      ),
    );
  });

  it('tells that the queue bytes of the user are used up', function () {
    const { maxBytes, maxMessages, maxMessageSize } = limits();
    const script = `
      import { MessageQueue } from 'posix-mqueue';
      try {
        MessageQueue.open(${JSON.stringify(unused())}, { create: true, maxMessages: 2, maxMessageSize: 1024 });
      } catch (error) {
        console.log(error.code, error.message);
      }`;
    assert.ok(maxBytes > 1000 && maxMessages > 1 && maxMessageSize >= 1024);
    const command = ['--msgqueue=1000', process.execPath, '--input-type=module', '-e', script];
    const output = execFileSync('prlimit', command).toString();
    assert.match(output, /^EMFILE .*1000 bytes.*RLIMIT_MSGQUEUE.*ulimit -q/);
  });

  describe('options', () => {
    const wrong: [options: object, type: ErrorConstructor, code: string, text: RegExp][] = [
      [{ maxMesages: 4 }, TypeError, 'ERR_MQ_UNKNOWN_OPTION', /did you mean 'maxMessages'\?/],
      [{ foo: 4 }, TypeError, 'ERR_MQ_UNKNOWN_OPTION', /'foo'.*access/],
      [{ create: 1 }, TypeError, 'ERR_INVALID_ARG_TYPE', /options\.create.*true or false.*1/],
      [{ maxMessages: 0 }, RangeError, 'ERR_OUT_OF_RANGE', /options\.maxMessages.*from 1.*0/],
      [{ maxMessages: 1.5 }, RangeError, 'ERR_OUT_OF_RANGE', /whole number/],
      [{ maxMessageSize: '8' }, TypeError, 'ERR_INVALID_ARG_TYPE', /a number.*'8'/],
      [{ mode: 0o10000 }, RangeError, 'ERR_OUT_OF_RANGE', /options\.mode/],
      [{ access: 'rw' }, TypeError, 'ERR_INVALID_ARG_VALUE', /'readwrite' or 'read' or 'write'/],
      [{ wait: 'poll' }, TypeError, 'ERR_INVALID_ARG_VALUE', /'auto' or 'worker' or 'loop'/],
      [{ busyPoll: -1 }, RangeError, 'ERR_OUT_OF_RANGE', /options\.busyPoll/],
    ];
    for (const [options, type, code, text] of wrong) {
      it(`refuses ${JSON.stringify(options)} before anything is changed`, () => {
        const name = unused();
        const open = () => MessageQueue.open(name, { create: true, ...SMALL, ...options });
        assert.throws(open, errorLike(type, { code }, text));
        const missing = errorLike(MessageQueueError, { code: 'ENOENT' });
        assert.throws(() => MessageQueue.unlink(name), missing);
      });
    }

    it('takes an undefined option for an absent one', async () => {
      const queue = temporaryQueue({ wait: undefined, busyPoll: undefined });
      assert.equal(queue.maxMessages, 4);
      await queue.close();
    });
  });

  describe('access', () => {
    it('refuses to receive from a queue opened for writing', async () => {
      const queue = temporaryQueue({ access: 'write' });
      const details = { code: 'EBADF', errno: -9, syscall: 'mq_timedreceive', queue: queue.name };
      const expected = errorLike(MessageQueueError, details, /access: 'read'/);
      await assert.rejects(queue.receive(), expected);
      assert.throws(() => queue.tryReceive(), expected);
    });

    it('refuses to send to a queue opened for reading', async () => {
      const queue = temporaryQueue({ access: 'read' });
      const details = { code: 'EBADF', errno: -9, syscall: 'mq_timedsend', queue: queue.name };
      const expected = errorLike(MessageQueueError, details, /access: 'write'/);
      await assert.rejects(queue.send('x'), expected);
      assert.throws(() => queue.trySend('x'), expected);
    });
  });

  describe('is private by default', () => {
    // The descriptor of a queue is a file of the mqueue file system, and tells its mode.
    const modeOf = (mode: number | undefined, umask: number): number => {
      const script = `
        import { MessageQueue } from 'posix-mqueue';
        import { fstatSync, readdirSync, readlinkSync } from 'node:fs';
        process.umask(${umask});
        const name = ${JSON.stringify(unused())};
        MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 8, mode: ${mode} });
        for (const fd of readdirSync('/proc/self/fd')) {
          let target;
          try { target = readlinkSync('/proc/self/fd/' + fd); } catch { continue; }
          if (target === name) console.log(fstatSync(Number(fd)).mode & 0o7777);
        }
        MessageQueue.unlink(name);`;
      return Number(
        execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString(),
      );
    };

    it('has mode 0600', () => {
      assert.equal(modeOf(undefined, 0), 0o600);
    });

    it('takes another mode less the umask', () => {
      assert.equal(modeOf(0o666, 0o022), 0o644);
    });

    it('is not inherited by a program that the process starts', () => {
      const queue = temporaryQueue();
      const mine = readdirSync('/proc/self/fd').find((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === queue.name;
        } catch {
          return false;
        }
      });
      assert.ok(mine !== undefined, 'the descriptor is there');
      const flags = /^flags:\s+(\d+)$/m.exec(
        readFileSync(`/proc/self/fdinfo/${mine}`, 'utf8'),
      )?.[1];
      const O_CLOEXEC = 0o2000000;
      assert.notEqual(parseInt(flags ?? '0', 8) & O_CLOEXEC, 0);
    });
  });

  describe('unlink', () => {
    it('fails with ENOENT for a missing queue', () => {
      const name = unused();
      const details = { code: 'ENOENT', errno: -2, syscall: 'mq_unlink', queue: name };
      assert.throws(() => MessageQueue.unlink(name), errorLike(MessageQueueError, details));
    });

    it('leaves an open queue usable, and frees the name', async () => {
      const queue = temporaryQueue();
      await queue.send('before');
      MessageQueue.unlink(queue.name);
      await queue.send('after');
      const other = MessageQueue.open(queue.name, { create: true, exclusive: true, ...SMALL });
      assert.equal(other.currentMessages, 0);
      assert.equal((await queue.receive()).text(), 'before');
      assert.equal((await queue.receive()).text(), 'after');
      await other.close();
    });
  });

  it('lists the queues, or says how to make that possible', async () => {
    const queue = temporaryQueue();
    const mounted = / - mqueue /.test(readFileSync('/proc/self/mountinfo', 'utf8'));
    if (mounted) {
      assert.ok((await MessageQueue.list()).includes(queue.name));
    } else {
      const expected = errorLike(
        MessageQueueError,
        { code: 'ERR_MQ_NOT_MOUNTED' },
        /mount -t mqueue none \/dev\/mqueue/,
      );
      await assert.rejects(MessageQueue.list(), expected);
    }
  });
});
