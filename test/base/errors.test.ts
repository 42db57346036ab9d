import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { getSystemErrorName, inspect } from 'node:util';
import { AbortError, InvalidMessageError, Message, MessageQueueError } from 'posix-mqueue';
import {
  closedError,
  encodeError,
  invalidBody,
  invalidType,
  invalidValue,
  outOfRange,
  systemError,
  timeoutError,
} from '#dist/base/errors.js';
import { errorLike } from '../support/code.js';

const { EAGAIN, EACCES, EBADF, EEXIST, EINVAL, EMFILE, EMSGSIZE, ENFILE } = constants.errno;
const { ENOENT, ENOMEM, ENOSPC, ENOSYS, EPERM } = constants.errno;

describe('errors', () => {
  describe('of a system call', () => {
    const remedies: [errno: number, syscall: string, remedy: RegExp][] = [
      [EACCES, 'mq_open', /mode option|less access/],
      [EEXIST, 'mq_open', /unlink it/],
      [EINVAL, 'mq_open', /leading slash.*limits\(\)/],
      [EMFILE, 'mq_open', /RLIMIT_MSGQUEUE.*ulimit -q/],
      [ENFILE, 'mq_open', /fs\.file-max/],
      [ENOENT, 'mq_open', /create: true/],
      [ENOMEM, 'mq_open', /smaller queues/],
      [ENOSPC, 'mq_open', /queues_max/],
      [ENOSYS, 'mq_open', /mq_overview\(7\)/],
      [EPERM, 'mq_open', /container or sandbox/],
      [EACCES, 'mq_unlink', /owner and root/],
      [ENOENT, 'mq_unlink', /already/],
      [EBADF, 'mq_timedreceive', /for writing only.*access: 'read'/],
      [EBADF, 'mq_timedsend', /for reading only.*access: 'write'/],
      [EINVAL, 'mq_timedsend', /priority.*32767/],
      [EMSGSIZE, 'mq_timedsend', /maxMessageSize/],
    ];
    for (const [errno, syscall, remedy] of remedies) {
      const code = getSystemErrorName(-errno);
      it(`${syscall} ${code}: says what happened and what to do`, () => {
        const error = systemError(-errno, syscall, '/q');
        const details = { code, errno: -errno, syscall, queue: '/q', name: 'MessageQueueError' };
        errorLike(MessageQueueError, details, remedy)(error);
        assert.ok(error.message.startsWith(`${syscall} of queue '/q' failed with ${code}: `));
      });
    }

    it('gives the context of the case instead of the general remedy', () => {
      const error = systemError(-EINVAL, 'mq_open', '/q', 'the moon is full. Wait');
      assert.match(error.message, /EINVAL: the moon is full\. Wait$/);
    });

    it('sends to the manual for an errno that is not in the table', () => {
      const error = systemError(-EAGAIN, 'mq_notify', undefined);
      assert.match(error.message, /^mq_notify failed with EAGAIN: .*mq_overview\(7\)/);
      assert.ok(!('queue' in error));
    });
  });

  it('have only the properties that are known', () => {
    const error = new MessageQueueError('text', { code: 'ERR_MQ_X', errno: undefined });
    assert.deepEqual(Object.keys(error).sort(), ['code', 'name']);
    assert.ok(!('cause' in error));
    assert.deepEqual(Object.keys(new AbortError('why')).sort(), ['code', 'errno', 'name']);
    assert.ok(!('cause' in encodeError('/q', 'no bytes')));
    assert.equal(encodeError('/q', 'no bytes').errno, -EINVAL);
  });

  it('keep an undefined that was thrown as their cause', () => {
    assert.ok('cause' in encodeError('/q', 'it threw', undefined));
  });

  it('tell a closed queue from a wrong access mode', () => {
    const details = { code: 'ERR_MQ_CLOSED', errno: -EBADF, syscall: 'mq_timedsend', queue: '/q' };
    errorLike(MessageQueueError, details, /closed/)(closedError('/q', 'mq_timedsend'));
  });

  it('tell the timeout, and which way the queue was waited for', () => {
    const { ETIMEDOUT } = constants.errno;
    const details = { code: 'ETIMEDOUT', errno: -ETIMEDOUT, queue: '/q' };
    const received = timeoutError('/q', 'mq_timedreceive', 250);
    errorLike(MessageQueueError, details, /no message within 250 ms/)(received);
    const sent = timeoutError('/q', 'mq_timedsend', 1);
    errorLike(MessageQueueError, details, /no room .* within 1 ms/)(sent);
  });

  it('of an abort are as those of Node itself', () => {
    const reason = { why: 'enough' };
    const error = new AbortError(reason, '/q');
    const details = { name: 'AbortError', code: 'ABORT_ERR', cause: reason, queue: '/q' };
    errorLike(Error, details)(error);
    assert.ok(!(error instanceof MessageQueueError));
  });

  it('of an invalid message carry it, and do not print it', () => {
    const message = new Message(Buffer.from('hunter2'), 3);
    const cause = new RangeError('no');
    const error = new InvalidMessageError(message, '/q', cause);
    const details = { code: 'ERR_MQ_INVALID_MESSAGE', received: message, cause, queue: '/q' };
    errorLike(MessageQueueError, details, /7 bytes/)(error);
    assert.doesNotMatch(error.message, /hunter2/);
  });

  describe('of an argument', () => {
    it('name it, what it must be, and what it is', () => {
      const type = invalidType('options.mode', 'a number', null);
      errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' })(type);
      assert.equal(type.message, "'options.mode' must be a number, not null (null)");
      const value = invalidValue('options.wait', "'auto'", 'poll');
      errorLike(TypeError, { code: 'ERR_INVALID_ARG_VALUE' })(value);
      assert.equal(value.message, "'options.wait' must be 'auto', not 'poll'");
      const range = outOfRange('priority', 'from 0 to 9', 10);
      errorLike(RangeError, { code: 'ERR_OUT_OF_RANGE' })(range);
      assert.equal(range.message, "'priority' must be from 0 to 9, not 10");
    });

    it('cut a long value', () => {
      const { message } = invalidValue('a', 'b', 'x'.repeat(500));
      assert.equal(message, `'a' must be b, not '${'x'.repeat(56)}...`);
    });

    const bytes = [
      Buffer.from('hunt'),
      Uint8Array.of(1, 2, 3, 4),
      Uint16Array.of(1, 2),
      new DataView(new ArrayBuffer(4)),
      new ArrayBuffer(4),
      new SharedArrayBuffer(4),
    ];
    for (const value of bytes) {
      const { name } = value.constructor;
      it(`tell the size of a ${name}, not its bytes`, () => {
        assert.equal(
          invalidType('a', 'b', value).message,
          `'a' must be b, not ${name} of 4 bytes (object)`,
        );
      });
    }

    it('tell nothing of what was to be a message', () => {
      const error = invalidBody('data', 'bytes', { password: 'hunter2' });
      errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' })(error);
      assert.equal(error.message, "'data' must be bytes, not {...}");
      assert.doesNotMatch(inspect(error), /password|hunter2/);
    });
  });
});
