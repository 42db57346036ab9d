import { constants } from 'node:os';
import { inspect } from 'node:util';
import { isAnyArrayBuffer, isArrayBufferView } from 'node:util/types';
import { reasonable, withCode } from './error-classes.js';

type Coded<E extends Error> = E & { code: string };

/** @internal */
export function invalidType(argument: string, expected: string, value: unknown): Coded<TypeError> {
  const kind = value === null ? 'null' : typeof value;
  return withCode(
    new TypeError(`'${argument}' must be ${expected}, not ${show(value)} (${kind})`),
    { code: 'ERR_INVALID_ARG_TYPE' },
  );
}

/**
 * For what was to become the body of a message: tells its kind and nothing of its contents, because
 * errors end in logs.
 *
 * @internal
 */
export function invalidBody(argument: string, expected: string, value: unknown): Coded<TypeError> {
  let kind = value === null ? 'null' : typeof value;
  if (kind === 'object') kind = Object.keys(value as object).length > 0 ? '{...}' : '{}';
  const text = `'${argument}' must be ${expected}, not ${kind}`;
  return reasonable(withCode(new TypeError(text), { code: 'ERR_INVALID_ARG_TYPE' }));
}

/**
 * For bytes that are not there any more.
 *
 * @internal
 */
export function lostBody(argument: string): Coded<TypeError> {
  const text =
    `'${argument}' has lost its bytes: their ArrayBuffer was transferred to another thread, or made ` +
    `smaller. Transfer a copy`;
  return reasonable(withCode(new TypeError(text), { code: 'ERR_INVALID_ARG_VALUE' }));
}

/** @internal */
export function invalidValue(argument: string, expected: string, value: unknown): Coded<TypeError> {
  return withCode(new TypeError(`'${argument}' must be ${expected}, not ${show(value)}`), {
    code: 'ERR_INVALID_ARG_VALUE',
  });
}

/** @internal */
export function outOfRange(argument: string, range: string, value: unknown): Coded<RangeError> {
  return withCode(new RangeError(`'${argument}' must be ${range}, not ${show(value)}`), {
    code: 'ERR_OUT_OF_RANGE',
  });
}

/** Short, and never the contents of bytes: they may be a secret. */
function show(value: unknown): string {
  if (isArrayBufferView(value) || isAnyArrayBuffer(value)) {
    return `${value.constructor.name} of ${value.byteLength} bytes`;
  }
  const text = inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * @param hint - what there is instead
 * @internal
 */
export function unknownOptionError(where: string, key: string, hint: string): Coded<TypeError> {
  return withCode(new TypeError(`${where} has no option '${key}': ${hint}`), {
    code: 'ERR_MQ_UNKNOWN_OPTION',
  });
}

/**
 * For a name that the kernel would refuse, with the code of its refusal.
 *
 * @internal
 */
export function nameError(
  name: string,
  code: 'EINVAL' | 'ENOENT' | 'EACCES' | 'ENAMETOOLONG',
  problem: string,
  syscall: string,
): Coded<TypeError> {
  const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  const details = { code, errno: -constants.errno[code], syscall, queue: name };
  return withCode(new TypeError(`Queue name ${JSON.stringify(shown)} ${problem}`), details);
}

/** @internal */
export function unusedOptionError(where: string, key: string): Coded<TypeError> {
  const text =
    `${where} was given an open MessageQueue and the option '${key}', which is for opening one: ` +
    `give it to MessageQueue.open, or give the queue's name here`;
  return withCode(new TypeError(text), { code: 'ERR_INVALID_ARG_VALUE' });
}

/** @internal */
export function constructorError(): Coded<TypeError> {
  const text = 'A MessageQueue is made by MessageQueue.open(), not by its constructor';
  return withCode(new TypeError(text), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
}

/** @internal */
export function unknownEncodingError(encoding: unknown): Coded<TypeError> {
  const text = `'encoding' must be one that Buffer.isEncoding() knows, not '${String(encoding)}'`;
  return withCode(new TypeError(text), { code: 'ERR_UNKNOWN_ENCODING' });
}

/**
 * For an encoding beside a codec, which makes bytes of a string in its own way.
 *
 * @internal
 */
export function encodingError(encoding: string): Coded<TypeError> {
  const text =
    `'encoding' must be 'utf8' with another codec than raw, not '${encoding}'. Use the codec raw, or ` +
    `write Buffer.from(string, '${encoding}') with it`;
  return withCode(new TypeError(text), { code: 'ERR_INVALID_ARG_VALUE' });
}

/**
 * What is wrong with a value or with bytes, in words that quote nothing of them: the cause of an error.
 *
 * @internal
 */
export function unfit(problem: string): TypeError {
  return reasonable(new TypeError(problem));
}

/**
 * As `unfit`, for a value that a schema refuses.
 *
 * @internal
 */
export function schemaError(problem: string): Coded<TypeError> {
  return withCode(unfit(problem), { code: 'ERR_MQ_SCHEMA' });
}

interface OfCopy {
  readonly version: string;
  readonly folder: string;
}

/** @internal */
export function otherCopyError(other: OfCopy, own: OfCopy): Coded<TypeError> {
  const text =
    `A MessageQueue of another copy of posix-mqueue (version ${other.version} in ${other.folder}) was ` +
    `given to this one (version ${own.version} in ${own.folder}). Have one copy: see npm ls ` +
    `posix-mqueue, and npm dedupe`;
  return withCode(new TypeError(text), { code: 'ERR_MQ_OTHER_COPY' });
}
