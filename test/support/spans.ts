import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { until } from './code.js';

/** An OpenTelemetry of its own, whose spans stay in memory. */
export class Telemetry {
  readonly provider: BasicTracerProvider;
  readonly #exporter = new InMemorySpanExporter();

  constructor() {
    const spanProcessors = [new SimpleSpanProcessor(this.#exporter)];
    this.provider = new BasicTracerProvider({ spanProcessors });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }

  get spans(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  /** The span of that name, once it has ended. */
  async ended(name: string): Promise<ReadableSpan> {
    const find = (): ReadableSpan | undefined => this.spans.find((span) => span.name === name);
    await until(() => find() !== undefined, `the end of a span '${name}'`);
    return find() as ReadableSpan;
  }

  /** Calls it within a span. */
  async within<T>(name: string, call: () => Promise<T>): Promise<T> {
    const tracer = this.provider.getTracer('test');
    return tracer.startActiveSpan(name, async (span) => {
      try {
        return await call();
      } finally {
        span.end();
      }
    });
  }

  async close(): Promise<void> {
    await this.provider.shutdown();
    context.disable();
    trace.disable();
  }
}
