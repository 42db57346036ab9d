import { invalidType } from '../base/errors.js';
import { integer, type Check } from '../base/options.js';

/** Whose queues may be used. */
export type TrustedOwner = 'any' | readonly number[];

const isUserId = integer(0, 2 ** 32 - 2);

/** @internal */
export const isTrustedOwner: Check = (argument, value) => {
  if (value === 'any') return;
  if (!Array.isArray(value)) throw invalidType(argument, "'any' or a list of user ids", value);
  for (const [index, each] of value.entries()) isUserId(`${argument}[${index}]`, each);
};

/** Whether this process would trust a queue that it expected to create. */
export function isTrusted(owner: number, trusted: TrustedOwner = []): boolean {
  if (trusted === 'any' || owner === 0 || owner === process.geteuid?.()) return true;
  return trusted.includes(owner);
}
