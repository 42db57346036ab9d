import { badMember, type EnvelopeError } from './envelope/envelope-error.js';
import type { Delivery } from '../transport/transport.js';
import type { Request } from './envelope/request.js';
import type { Wire } from './wire/wire.js';

/**
 * The request in a message, or what is wrong with it.
 *
 * @param own - the queues of the worker: whoever may send a request could else have it talk to itself for ever
 */
export function readRequest(
  wire: Wire,
  delivery: Delivery,
  own: readonly (string | undefined)[],
): Request | EnvelopeError {
  try {
    const request = wire.readRequest(delivery);
    if (request.replyTo === undefined || !own.includes(request.replyTo)) return request;
    throw badMember('replyTo', "the host's own queue: this one is for something else");
  } catch (error) {
    return error as EnvelopeError;
  }
}
