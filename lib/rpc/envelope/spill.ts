import { badMember } from './envelope-error.js';
import { isObject, optionalInteger, rules, someText } from './members.js';

/** A body that lies in a file of shared memory, as it is too large for the message. */
export interface SpilledBody {
  /** Of the file; nothing that could lead elsewhere. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** What a request says about such files: how those of its replies begin, and whether its own body is in one. */
export type RequestSpill =
  SpilledBody | { readonly name: string; readonly size?: undefined; readonly sha256?: undefined };

/** Whether the body of a request is in a file. */
export function isSpilled(spill: RequestSpill | undefined): spill is SpilledBody {
  return spill?.size !== undefined;
}

/** @throws EnvelopeError */
export function replySpillOf(given: unknown): SpilledBody | undefined {
  if (given === undefined) return undefined;
  if (!isObject(given)) throw badMember('spill', "an object with 'name', 'size' and 'sha256'");
  const size = optionalInteger('spill', given['size']);
  if (size === undefined) throw badMember('spill', "an object with a 'size'");
  return {
    name: someText('spill', rules.spillName, given['name']),
    size,
    sha256: someText('spill', rules.sha256, given['sha256']),
  };
}

/** @throws EnvelopeError */
export function requestSpillOf(given: unknown): RequestSpill | undefined {
  if (!isObject(given)) return replySpillOf(given);
  const isName = given['size'] === undefined && given['sha256'] === undefined;
  if (!isName) return replySpillOf(given);
  return { name: someText('spill', rules.spillName, given['name']) };
}
