import { decodeReply, encodeReply } from '../envelope/reply.js';
import { decodeRequest, encodeRequest } from '../envelope/request.js';
import type { Wire } from './wire.js';

/** MQ1: all of it in the bytes of the message, see docs/protocol.md. */
export const envelopeWire: Wire = {
  spills: true,
  packRequest: (header, body) => ({ body: encodeRequest(header, body) }),
  readRequest: ({ body }) => decodeRequest(body),
  packReply: (header, body) => ({ body: encodeReply(header, body) }),
  readReply: ({ body }) => decodeReply(body),
};
