import assert from 'node:assert/strict';
import { AmqpTransport, type AmqpTransportOptions } from 'posix-mqueue/amqp';
import { levelOf } from '#dist/amqp/priorities.js';

describe('AmqpTransport', () => {
  for (const [what, options, code, message] of [
    ['no address', {}, 'ERR_INVALID_ARG_TYPE', /urls/],
    ['no address in a list', { urls: [] }, 'ERR_INVALID_ARG_VALUE', /options\.urls/],
    ['another protocol', { urls: 'http://me:secret@host' }, 'ERR_INVALID_ARG_VALUE', /amqp:/],
    [
      'an option that there is not',
      { urls: 'amqp://host', url: 1 },
      'ERR_MQ_UNKNOWN_OPTION',
      /url/,
    ],
    [
      'too many priorities',
      { urls: 'amqp://host', priorityLevels: 256 },
      'ERR_OUT_OF_RANGE',
      /255/,
    ],
    ['no time', { urls: 'amqp://host', retryDelay: 0 }, 'ERR_OUT_OF_RANGE', /retryDelay/],
  ] as const) {
    it(`is not made with ${what}`, () => {
      const make = () => new AmqpTransport(options as unknown as AmqpTransportOptions);
      assert.throws(make, (error: Error & { code?: string }) => {
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    });
  }

  it('maps priorities in order, the small ones apart', () => {
    const levels = [0, 1, 4, 16, 100, 1000, 16_384, 32_767].map((each) => levelOf(each, 10));
    assert.deepEqual(
      levels,
      levels.toSorted((one, other) => one - other),
    );
    assert.deepEqual([levels[0], levels.at(-1)], [0, 9]);
    assert.ok(new Set(levels).size >= 7, levels.join());
    for (let priority = 1; priority < 32_768; priority += 1) {
      assert.ok(levelOf(priority, 10) >= levelOf(priority - 1, 10));
    }
    assert.equal(levelOf(32_767, 1), 0);
  });
});
