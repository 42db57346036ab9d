import assert from 'node:assert/strict';
import {
  checkOptions,
  integer,
  isBoolean,
  isFunction,
  isMilliseconds,
  isPriority,
  isSignal,
  oneOf,
  type Check,
} from '#dist/base/options.js';
import { errorLike } from '../support/code.js';

interface Sample {
  maxMessages?: number | undefined;
  mode?: unknown;
  signal?: AbortSignal | undefined;
}

const checks = { maxMessages: integer(1, 10), mode: () => undefined, signal: isSignal };
const check = (options: unknown): Sample =>
  checkOptions<Sample>('open()', options as Sample, checks);

describe('options', () => {
  it('are returned as they were given, as a copy that nobody can change', () => {
    const options = { maxMessages: 3, mode: 'any' };
    const checked = check(options);
    assert.deepEqual(checked, options);
    assert.ok(checked !== options && Object.isFrozen(checked));
  });

  it('that are absent are an empty object, which nobody can change', () => {
    const none = check(undefined);
    assert.deepEqual(none, {});
    assert.ok(Object.isFrozen(none));
  });

  it('may be undefined one by one', () => {
    assert.doesNotThrow(() => check({ maxMessages: undefined, signal: undefined }));
  });

  for (const [key, suggested] of [
    ['maxMesages', 'maxMessages'],
    ['signl', 'signal'],
    ['MODE', 'mode'],
  ]) {
    it(`suggest ${suggested} for ${key}`, () => {
      const expected = errorLike(
        TypeError,
        { code: 'ERR_MQ_UNKNOWN_OPTION' },
        new RegExp(`^open\\(\\) has no option '${key}': did you mean '${suggested}'\\?$`),
      );
      assert.throws(() => check({ [String(key)]: 1 }), expected);
    });
  }

  for (const key of ['banana', 'toString', 'constructor']) {
    it(`tell what there is where nothing resembles ${key}`, () => {
      const text = new RegExp(`no option '${key}': it knows maxMessages, mode, signal$`);
      const expected = errorLike(TypeError, { code: 'ERR_MQ_UNKNOWN_OPTION' }, text);
      assert.throws(() => check({ [key]: 1 }), expected);
    });
  }

  it('that are misspelled are refused even when undefined', () => {
    for (const key of ['maxMesages', 'toString']) {
      assert.throws(() => check({ [key]: undefined }), { code: 'ERR_MQ_UNKNOWN_OPTION' });
    }
  });

  it('are refused with their full name', () => {
    const expected = errorLike(RangeError, { code: 'ERR_OUT_OF_RANGE' }, /'options\.maxMessages'/);
    assert.throws(() => check({ maxMessages: 11 }), expected);
  });

  for (const wrong of [null, 7, 'create', ['create'], () => undefined]) {
    it(`cannot be ${JSON.stringify(wrong) ?? 'a function'}`, () => {
      const expected = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /open\(\)/);
      assert.throws(() => check(wrong), expected);
    });
  }

  const TYPE = 'ERR_INVALID_ARG_TYPE';
  const RANGE = 'ERR_OUT_OF_RANGE';
  const kinds: Record<string, [check: Check, good: unknown[], bad: [unknown, code: string][]]> = {
    isBoolean: [
      isBoolean,
      [true, false],
      [
        [0, TYPE],
        ['true', TYPE],
        [null, TYPE],
      ],
    ],
    isFunction: [isFunction, [() => 1, class {}], [[{}, TYPE]]],
    isSignal: [
      isSignal,
      [new AbortController().signal, AbortSignal.abort()],
      [
        [new AbortController(), TYPE],
        [{ aborted: false }, TYPE],
      ],
    ],
    oneOf: [
      oneOf('a', 'b'),
      ['a', 'b'],
      [
        ['c', 'ERR_INVALID_ARG_VALUE'],
        [1, 'ERR_INVALID_ARG_VALUE'],
      ],
    ],
    integer: [
      integer(1, 3),
      [1, 2, 3],
      [
        [0, RANGE],
        [4, RANGE],
        [1.5, RANGE],
        [NaN, RANGE],
        [Infinity, RANGE],
        ['2', TYPE],
        [2n, TYPE],
      ],
    ],
    'integer without an end': [integer(1, Infinity), [1, 2 ** 40, Infinity], [[0, RANGE]]],
    isMilliseconds: [
      isMilliseconds,
      [0, 0.5, 2 ** 31 - 1, Infinity],
      [
        [-1, RANGE],
        [NaN, RANGE],
        [2 ** 31, RANGE],
        [-Infinity, RANGE],
        ['10', TYPE],
      ],
    ],
    isPriority: [
      isPriority,
      [0, 32_767],
      [
        [-1, RANGE],
        [32_768, RANGE],
        [0.5, RANGE],
        ['1', TYPE],
      ],
    ],
  };
  for (const [name, [verify, good, bad]] of Object.entries(kinds)) {
    it(`${name} takes what is right, and names what is not`, () => {
      for (const value of good) assert.doesNotThrow(() => verify('it', value));
      for (const [value, code] of bad) {
        const type = code === RANGE ? RangeError : TypeError;
        assert.throws(() => verify('it', value), errorLike(type, { code }, /^'it' must be /));
      }
    });
  }
});
