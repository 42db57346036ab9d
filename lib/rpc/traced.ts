import { requesting, traced, type RequestOperation } from '../base/channels.js';
import type { RequestHeader } from './envelope/request.js';
import type { Begin, ValueSink } from './reply-stream.js';
import type { Wire } from './wire/wire.js';

/** The most bytes of a header that tell of a body in shared memory. */
const SPILL = 200;
const NONE = new Uint8Array(0);

const MOST = { deadline: Number.MAX_SAFE_INTEGER, attempt: 65_535 };

/**
 * Tells the tracer what it could not know, and adds to a header what it has set. No request fails because it is watched:
 * what no worker would take, or what there is no room for, is left out.
 *
 * @param largest - bytes of the largest request
 * @param spills - whether a body that is too large goes elsewhere
 */
export function withTrace(
  wire: Wire,
  header: RequestHeader,
  body: Uint8Array,
  operation: RequestOperation,
  largest: number,
  spills: boolean = false,
): RequestHeader {
  const { traceparent, tracestate } = operation;
  operation.id = header.id;
  operation.size = body.byteLength;
  if (traceparent === undefined) return header;
  const candidates = [
    { ...header, traceparent, tracestate },
    { ...header, traceparent },
  ];
  const [beside, room] = spills ? [NONE, largest - SPILL] : [body, largest];
  return candidates.find((candidate) => fits(wire, candidate, beside, room)) ?? header;
}

function fits(wire: Wire, header: RequestHeader, body: Uint8Array, largest: number): boolean {
  try {
    return wire.packRequest({ ...header, ...MOST }, body).body.length <= largest;
  } catch {
    return false;
  }
}

/** An operation that ends right before its sink does, or when nobody waits for it any more. */
export function tracedSink(
  operation: RequestOperation,
  sink: ValueSink<unknown>,
  begin: Begin<unknown>,
): () => void {
  let cancel: (() => void) | undefined;
  let isCancelled = false;
  const replies = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const next = (value: unknown): void => {
        sink.next(value);
      };
      const forget = begin({ next, end: resolve, fail: reject });
      cancel = () => {
        isCancelled = true;
        forget();
        resolve();
      };
    });
  traced(requesting, operation, replies).then(
    () => {
      if (!isCancelled) sink.end();
    },
    (error: unknown) => {
      sink.fail(error as Error);
    },
  );
  return () => cancel?.();
}
