import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import type { Channel } from 'node:diagnostics_channel';
import { attributesOf, errorTypeOf, type AnyOperation, type OperationType } from './attributes.js';
import { extract, inject } from './w3c.js';

/** What the operations of one channel are. */
export interface Kind {
  readonly channel: Readonly<
    Record<'start' | 'error' | 'asyncEnd', Pick<Channel, 'subscribe' | 'unsubscribe'>>
  >;
  readonly type: OperationType;
  readonly kind: SpanKind;
  readonly nameOf: (operation: AnyOperation) => string;
  /** Whether the span goes with the message. */
  readonly injects: boolean;
  /** Whether the span continues the trace of the message, and is the active one for the work on it. */
  readonly extracts: boolean;
}

/** A span for each operation of one channel. */
export class Spans {
  readonly #tracer: Tracer;
  readonly #kind: Kind;
  readonly #open = new Map<unknown, Span>();
  #stopping = false;

  constructor(tracer: Tracer, kind: Kind) {
    this.#tracer = tracer;
    this.#kind = kind;
    const { start, error, asyncEnd } = kind.channel;
    start.subscribe(this.#start);
    error.subscribe(this.#fail);
    asyncEnd.subscribe(this.#end);
  }

  /** Begins no more. Those that are open end with their operations. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#kind.channel.start.unsubscribe(this.#start);
    this.#leaveWhenDone();
  }

  readonly #start = (told: unknown): void => {
    const operation = told as AnyOperation;
    const { nameOf, injects, extracts } = this.#kind;
    const remote = extracts ? extract(operation) : undefined;
    const parent =
      remote === undefined ? context.active() : trace.setSpanContext(context.active(), remote);
    const name = `${nameOf(operation)} ${operation.queue}`;
    // Of whoever has started the worker no message is a part.
    const options = this.#optionsOf(operation, extracts && remote === undefined);
    const span = this.#tracer.startSpan(name, options, parent);
    this.#open.set(operation, span);
    if (injects) inject(span, operation);
    if (!extracts) return;
    const { within = (call) => call() } = operation;
    const own = trace.setSpan(parent, span);
    operation.within = (call) => context.with(own, () => within(call));
  };

  readonly #fail = (told: unknown): void => {
    const { error } = told as AnyOperation;
    const span = this.#open.get(told);
    if (span === undefined) return;
    const message = error instanceof Error ? error.message : undefined;
    if (error instanceof Error) span.recordException(error);
    span.setAttribute('error.type', errorTypeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  };

  readonly #end = (told: unknown): void => {
    const span = this.#open.get(told);
    if (span === undefined) return;
    this.#open.delete(told);
    // Some of it was not known before.
    span.setAttributes(this.#attributesOf(told as AnyOperation));
    span.end();
    if (this.#stopping) this.#leaveWhenDone();
  };

  #optionsOf(operation: AnyOperation, root: boolean): SpanOptions {
    return { kind: this.#kind.kind, attributes: this.#attributesOf(operation), root };
  }

  #attributesOf(operation: AnyOperation): ReturnType<typeof attributesOf> {
    return attributesOf(operation, this.#kind.type, this.#kind.nameOf(operation));
  }

  #leaveWhenDone(): void {
    if (this.#open.size > 0) return;
    this.#kind.channel.error.unsubscribe(this.#fail);
    this.#kind.channel.asyncEnd.unsubscribe(this.#end);
  }
}
