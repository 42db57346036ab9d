import { invalidType, invalidValue, outOfRange } from '../base/errors.js';
import type { Check } from '../base/options.js';

const DEFAULT = 0o600;
const LARGEST = 0o7777;
const SPECIAL = 0o7000;
const EXECUTE = 0o111;

const isOctal = (digits: string): boolean => /^[0-7]{1,4}$/.test(digits);

/** @internal */
export const isMode: Check = (argument, value) => {
  if (typeof value === 'string') {
    if (isOctal(value)) return;
    throw invalidValue(argument, "octal digits such as '0600', or a number such as 0o600", value);
  }
  if (typeof value !== 'number') {
    throw invalidType(argument, "a number such as 0o600, or a string such as '0600'", value);
  }
  if (!Number.isInteger(value) || value < 0 || value > LARGEST) {
    throw outOfRange(argument, 'a whole number from 0 to 0o7777', value);
  }
  if (isMistaken(value)) {
    throw invalidValue(
      argument,
      `octal: did you mean 0o${value}? (If not, write '${value.toString(8)}')`,
      `${value}, which is 0o${value.toString(8)}`,
    );
  }
};

/**
 * Whether a number was meant as octal and written without its 0o: its digits would be the permissions of a
 * queue, and what they are as a decimal number has bits that mean nothing for one.
 */
function isMistaken(mode: number): boolean {
  const digits = String(mode);
  if (digits.length < 3 || !isOctal(digits)) return false;
  if ((mode & SPECIAL) !== 0) return true;
  return (mode & EXECUTE) !== 0 && (Number.parseInt(digits, 8) & EXECUTE) === 0;
}

/** Of a mode that was checked. */
export function modeOf(mode: number | string = DEFAULT): number {
  return typeof mode === 'string' ? Number.parseInt(mode, 8) : mode;
}
