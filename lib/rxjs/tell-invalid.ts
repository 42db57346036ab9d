import type { Subscriber } from 'rxjs';
import type { Decoder } from '../codec/decoder.js';

/** Goes on after an invalid message, or ends the subscription with its error. */
export function tellInvalid(
  decoder: Decoder,
  error: unknown,
  subscriber: Subscriber<unknown>,
): void {
  try {
    decoder.tellInvalid(error);
  } catch (fatal) {
    subscriber.error(fatal);
  }
}
