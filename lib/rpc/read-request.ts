import { badMember, type EnvelopeError } from './envelope/envelope-error.js';
import { decodeRequest, type Request } from './envelope/request.js';

/**
 * The request in a message, or what is wrong with it.
 *
 * @param own - the queues of the worker: whoever may send a request could else have it talk to itself for ever
 */
export function readRequest(
  body: Buffer,
  own: readonly (string | undefined)[],
): Request | EnvelopeError {
  try {
    const request = decodeRequest(body);
    if (request.replyTo === undefined || !own.includes(request.replyTo)) return request;
    throw badMember('replyTo', "the host's own queue: this one is for something else");
  } catch (error) {
    return error as EnvelopeError;
  }
}
