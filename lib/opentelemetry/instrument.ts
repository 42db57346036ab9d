import { SpanKind, trace, type TracerProvider } from '@opentelemetry/api';
import { processing, receiving, requesting, sending } from '../base/channels.js';
import { checkOptions, type Check, type Checks } from '../base/options.js';
import { invalidType } from '../base/errors.js';
import { Spans, type Kind } from './spans.js';

/** How to make spans. */
export interface InstrumentOptions {
  /**
   * Where the spans go.
   *
   * @defaultValue the global one of `@opentelemetry/api`, also if it is set later
   */
  tracerProvider?: TracerProvider | undefined;
}

const isProvider: Check = (argument, value) => {
  if (typeof (value as Partial<TracerProvider> | null)?.getTracer === 'function') return;
  throw invalidType(argument, 'a TracerProvider of OpenTelemetry', value);
};
const checks: Checks<InstrumentOptions> = { tracerProvider: isProvider };

const plain = { injects: false, extracts: false };
const KINDS: readonly Kind[] = [
  {
    ...plain,
    channel: sending,
    type: 'send',
    // The message of a MessageQueue is bytes: its span does not go with it.
    kind: SpanKind.CLIENT,
    nameOf: () => 'send',
  },
  {
    ...plain,
    channel: receiving,
    type: 'receive',
    kind: SpanKind.CLIENT,
    nameOf: () => 'receive',
  },
  {
    channel: processing,
    type: 'process',
    kind: SpanKind.CONSUMER,
    nameOf: () => 'process',
    injects: false,
    extracts: true,
  },
  {
    channel: requesting,
    type: 'send',
    kind: SpanKind.PRODUCER,
    nameOf: ({ notification }) => (notification === true ? 'notify' : 'request'),
    injects: true,
    extracts: false,
  },
];

/**
 * Makes spans of OpenTelemetry for what the tracing channels tell, after its conventions for messaging. The trace of
 * an RpcHost's caller goes on in the RpcWorker's handler, in whichever process that is. To be called once.
 *
 * @returns has no more spans made
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const uninstrument = instrument();
 * ```
 */
export function instrument(options?: InstrumentOptions): () => void {
  const { tracerProvider } = checkOptions('instrument()', options, checks);
  const tracer = (tracerProvider ?? trace).getTracer('posix-mqueue');
  const spans = KINDS.map((kind) => new Spans(tracer, kind));
  return () => {
    for (const each of spans) each.stop();
  };
}
