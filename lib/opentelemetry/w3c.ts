import {
  createTraceState,
  isSpanContextValid,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import type { TraceContext } from '../base/channels.js';

// The envelope carries W3C Trace Context, as docs/protocol.md says, whichever propagator the program uses for others.

const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/u;
/** What a version that is not known yet adds is to be let alone. */
const VERSION = '00';

/** Has a span go with a message. One that is not recorded anywhere does not. */
export function inject(span: Span, into: TraceContext): void {
  const given = span.spanContext();
  if (!isSpanContextValid(given)) return;
  const flags = given.traceFlags.toString(16).padStart(2, '0');
  into.traceparent = `${VERSION}-${given.traceId}-${given.spanId}-${flags}`;
  // Without members it is an empty text, which is no member of the envelope.
  into.tracestate = given.traceState?.serialize() || undefined;
}

/** The span that came with a message; undefined where there is none, or it is malformed. */
export function extract({ traceparent = '', tracestate }: TraceContext): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const found: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(found) ? found : undefined;
}
