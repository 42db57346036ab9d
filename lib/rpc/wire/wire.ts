import type { Delivery, Properties } from '../../transport/transport.js';
import type { Reply, ReplyHeader } from '../envelope/reply.js';
import type { Request, RequestHeader } from '../envelope/request.js';

/** A request or a reply as a transport takes it. */
export interface Packed {
  readonly body: Uint8Array;
  /** What goes beside the body; none where it is all in there. */
  readonly properties?: Omit<Properties, 'priority'> | undefined;
}

/** How requests and replies become messages of one kind of transport, and are made out of them. */
export interface Wire {
  /** Whether large bodies may go by the memory of this machine. */
  readonly spills: boolean;
  /** @throws EnvelopeError for a header that no worker would take */
  packRequest(header: RequestHeader, body: Uint8Array): Packed;
  /** @throws EnvelopeError for what is none */
  readRequest(delivery: Delivery): Request;
  /** @throws EnvelopeError for a header that no host would take */
  packReply(header: ReplyHeader, body: Uint8Array): Packed;
  /** @throws EnvelopeError for what is none */
  readReply(delivery: Delivery): Reply;
}
