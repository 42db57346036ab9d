import { noOriginError } from '../../base/errors.js';
import { decodeDeadLetter } from '../../rpc/envelope/dead-letter.js';
import type { Delivery } from '../../transport/transport.js';
import type { Requeued } from './options.js';

/** A message of a queue for dead letters. */
export interface Letter {
  /** Its `problem` where it is none, or does not say where it is to go. */
  readonly facts: Requeued;
  /** What is to be sent again. */
  readonly original: Buffer;
}

/** @param to - where it is to go, if not where it came from */
export function readLetter(
  { body, priority }: Delivery,
  dead: string,
  to: string | undefined,
): Letter {
  try {
    const { original, ...header } = decodeDeadLetter(body);
    const target = to ?? header.from;
    const known = { ...header, priority, size: original.length };
    if (target !== undefined && target !== dead)
      return { facts: { ...known, to: target }, original };
    return { facts: { ...known, problem: noOriginError(dead) }, original };
  } catch (error) {
    return { facts: { priority, size: body.length, problem: error as Error }, original: body };
  }
}
