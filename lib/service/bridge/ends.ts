import { invalidValue } from '../../base/errors.js';
import { raw } from '../../codec/raw.js';
import { PosixTransport } from '../../transport/posix.js';
import type { Transport } from '../../transport/transport.js';
import type { Service } from '../options.js';
import type { BridgeEnd } from './options.js';

export function serviceOf({ transport = new PosixTransport(), ...opening }: BridgeEnd): Service {
  const { queue: _, ...rest } = opening;
  return { codec: raw, transport, opening: rest };
}

/**
 * A bridge to where it comes from would go round for ever.
 *
 * @throws TypeError
 */
export function refuseLoop(
  from: BridgeEnd,
  one: Transport,
  to: BridgeEnd,
  other: Transport,
  argument: string,
): void {
  if (from.queue !== to.queue || !isSame(one, other)) return;
  throw invalidValue(argument, 'another queue than from.queue', to.queue);
}

/** Whether a name is the same queue's in both. */
export function isSame(one: Transport, other: Transport): boolean {
  return one === other || (one instanceof PosixTransport && other instanceof PosixTransport);
}
