import type { AnyCodec } from '../codec/codec.js';
import { withDefaults, type PeerOptions, type Service } from '../service/options.js';

/** Of a request queue that is not there yet. */
const SIZES = { maxMessages: 10, maxMessageSize: 2048 };

/** @throws as `withDefaults` */
export function serviceOf(options: PeerOptions<AnyCodec>): Service {
  // Whether it goes on with other queues is its own to say, not the transport's.
  const given = { ...options, reopen: undefined };
  const { transport, maxMessages, maxMessageSize, onMismatch } = options;
  const asksForNone = maxMessages === undefined && maxMessageSize === undefined;
  if (transport !== undefined || onMismatch !== undefined || !asksForNone) {
    return withDefaults(given, SIZES);
  }
  // Who has asked for no sizes is content with those that are there.
  return withDefaults({ ...given, onMismatch: 'keep' }, SIZES);
}
