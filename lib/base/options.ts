import { closest, distance } from 'fastest-levenshtein';
import { invalidType, invalidValue, outOfRange, unknownOptionError } from './errors.js';

/** Throws a TypeError or RangeError that names the argument, the value and the remedy. */
export type Check = (argument: string, value: unknown) => void;

/** Under it stand the options that have to be given. */
export const required: unique symbol = Symbol('required');

/** One check for each option: what an options object may hold, and what it must. */
export type Checks<T> = { readonly [K in keyof T]-?: Check } & {
  readonly [required]?: readonly string[];
};

const NONE: object = Object.freeze({});

/**
 * A frozen copy of the options as they were given, all of them known and valid: who changes the object
 * later changes nothing. One that is `undefined` counts as absent. Defaults are applied where an option
 * is used.
 *
 * @param where - the function, for the error message
 * @throws TypeError or RangeError
 */
export function checkOptions<T extends object>(
  where: string,
  options: T | undefined,
  checks: Checks<T>,
): T {
  const needed = checks[required];
  if (options === undefined && needed === undefined) return NONE as T;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidType('options', `an object (${where})`, options);
  }
  const checked: Partial<T> = {};
  for (const key in options) {
    const value = options[key];
    if (value === undefined && Object.hasOwn(checks, key)) continue;
    if (!Object.hasOwn(checks, key)) throw unknownOption(where, key, Object.keys(checks));
    checks[key](`options.${key}`, value);
    checked[key] = Array.isArray(value) ? (Object.freeze([...value]) as typeof value) : value;
  }
  for (const key of needed ?? []) {
    if (!(key in checked)) checks[key as keyof T](`options.${key}`, undefined);
  }
  return Object.freeze(checked) as T;
}

/** @internal */
export function unknownOption(
  where: string,
  key: string,
  known: readonly string[],
): TypeError & { code: string } {
  const best = known.length > 0 ? closest(key, known) : undefined;
  const near =
    best !== undefined && distance(key.toLowerCase(), best.toLowerCase()) <= key.length / 3;
  const hint = near ? `did you mean '${best}'?` : `it knows ${known.join(', ')}`;
  return unknownOptionError(where, key, hint);
}

export const isBoolean: Check = (argument, value) => {
  if (typeof value !== 'boolean') throw invalidType(argument, 'true or false', value);
};

export const isFunction: Check = (argument, value) => {
  if (typeof value !== 'function') throw invalidType(argument, 'a function', value);
};

export const isSignal: Check = (argument, value) => {
  // By what it can do: that of another realm, or of a library, is none of this realm's class.
  const signal = value as Partial<AbortSignal> | null | undefined;
  const listens =
    typeof signal?.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function';
  if (typeof signal?.aborted === 'boolean' && listens) return;
  throw invalidType(argument, 'an AbortSignal', value);
};

/** One of these values. */
export function oneOf(...allowed: readonly string[]): Check {
  const list = allowed.map((each) => `'${each}'`).join(' or ');
  return (argument, value) => {
    if (!allowed.includes(value as string)) throw invalidValue(argument, list, value);
  };
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Check {
  const range = max === Infinity ? `${min} or more` : `from ${min} to ${max}`;
  return (argument, value) => {
    if (typeof value !== 'number') throw invalidType(argument, 'a number', value);
    const whole = Number.isInteger(value) || (value === Infinity && max === Infinity);
    if (!whole || value < min || value > max) {
      throw outOfRange(argument, `a whole number ${range}`, value);
    }
  };
}

/** What setTimeout can count: anything longer would fire at once. */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

export const isMilliseconds: Check = (argument, value) => {
  if (typeof value !== 'number') throw invalidType(argument, 'a number of milliseconds', value);
  if (value === Infinity || (value >= 0 && value <= LONGEST_TIMER)) return;
  throw outOfRange(
    argument,
    `from 0 to ${LONGEST_TIMER} milliseconds, or Infinity for none`,
    value,
  );
};

/** The largest priority that Linux knows: MQ_PRIO_MAX less one, see mq_send(3). */
export const MAX_PRIORITY = 32_767;

export const isPriority: Check = integer(0, MAX_PRIORITY);
