import assert from 'node:assert/strict';
import { context, createTraceState, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { text } from 'posix-mqueue';
import { instrument } from 'posix-mqueue/opentelemetry';
import type { ProcessOperation } from 'posix-mqueue/rpc';
import { Worker } from 'posix-mqueue/service';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';
import { listen } from '../support/operations.js';
import { RpcBench, transports } from '../support/rpc.js';
import { Telemetry } from '../support/spans.js';

function attributesOf({ attributes }: ReadableSpan): Record<string, unknown> {
  const prefix = 'messaging.';
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, value]),
  );
}

describe('posix-mqueue/opentelemetry', () => {
  let telemetry: Telemetry;
  let uninstrument: () => void;

  beforeEach(() => {
    telemetry = new Telemetry();
    uninstrument = instrument({ tracerProvider: telemetry.provider });
  });
  afterEach(async () => {
    uninstrument();
    await telemetry.close();
  });

  it('makes a span of a send and of a receive', async () => {
    const queue = temporaryQueue();
    await telemetry.within('mine', async () => {
      await queue.send('abc', { priority: 2 });
      await queue.receive();
    });
    const mine = await telemetry.ended('mine');
    const sent = await telemetry.ended(`send ${queue.name}`);
    const received = await telemetry.ended(`receive ${queue.name}`);
    const common = {
      system: 'posix_mqueue',
      'destination.name': queue.name,
      'message.body.size': 3,
      'posix_mqueue.message.priority': 2,
    };
    assert.deepEqual(attributesOf(sent), {
      ...common,
      'operation.type': 'send',
      'operation.name': 'send',
    });
    assert.deepEqual(attributesOf(received), {
      ...common,
      'operation.type': 'receive',
      'operation.name': 'receive',
    });
    for (const span of [sent, received]) {
      assert.equal(span.kind, SpanKind.CLIENT);
      assert.equal(span.parentSpanContext?.spanId, mine.spanContext().spanId);
      assert.equal(span.status.code, SpanStatusCode.UNSET);
    }
  });

  it('counts what came at once', async () => {
    const queue = temporaryQueue();
    for (const each of ['a', 'b']) await queue.send(each);
    await queue.receiveMany(8);
    const span = await telemetry.ended(`receive ${queue.name}`);
    assert.equal(span.attributes['messaging.batch.message_count'], 2);
  });

  it('tells of failures', async () => {
    const queue = temporaryQueue();
    await assert.rejects(queue.receive({ timeout: 0 }));
    const { status, attributes, events } = await telemetry.ended(`receive ${queue.name}`);
    assert.equal(status.code, SpanStatusCode.ERROR);
    assert.equal(attributes['error.type'], 'ETIMEDOUT');
    assert.equal(events[0]?.name, 'exception');
  });

  for (const [title, make] of transports) {
    describe(`over ${title}`, () => {
      let bench: RpcBench;

      beforeEach(() => {
        bench = new RpcBench(make());
      });
      afterEach(() => bench.close());

      it('has one trace from the caller of a request to what its handler does', async () => {
        await telemetry.within('startup', () =>
          bench.worker({
            twice: async (value: number) => telemetry.within('work', async () => value * 2),
          }),
        );
        const host = bench.host();
        const value = await telemetry.within('mine', () => host.request(21, { method: 'twice' }));
        assert.equal(value, 42);
        const names = ['mine', `request ${bench.requests}`, `process ${bench.requests}`, 'work'];
        const spans = await Promise.all(names.map((name) => telemetry.ended(name)));
        const [mine, request, process] = spans as [ReadableSpan, ReadableSpan, ReadableSpan];
        for (const [index, span] of spans.entries()) {
          assert.equal(span.spanContext().traceId, mine.spanContext().traceId);
          const parent = spans[index - 1]?.spanContext().spanId;
          assert.equal(span.parentSpanContext?.spanId, parent, span.name);
        }
        assert.deepEqual([request.kind, process.kind], [SpanKind.PRODUCER, SpanKind.CONSUMER]);
        assert.equal(process.parentSpanContext?.isRemote, true);
        const id = request.attributes['messaging.message.conversation_id'];
        assert.equal(typeof id, 'string');
        assert.equal(process.attributes['messaging.message.conversation_id'], id);
        assert.deepEqual(attributesOf(process), {
          system: 'posix_mqueue',
          'destination.name': bench.requests,
          'operation.type': 'process',
          'operation.name': 'process',
          'message.body.size': 2,
          'message.conversation_id': id,
          'posix_mqueue.message.priority': 0,
          'posix_mqueue.message.method': 'twice',
          'posix_mqueue.message.attempt': 0,
        });
      });

      it('carries the trace state, and goes on from a notification too', async () => {
        const processed = listen<ProcessOperation>('process');
        await bench.worker(() => undefined);
        const parent = trace.setSpanContext(context.active(), {
          traceId: '0af7651916cd43dd8448eb211c80319c',
          spanId: 'b7ad6b7169203331',
          traceFlags: 1,
          traceState: createTraceState('vendor=1'),
        });
        await context.with(parent, () => bench.host().notify(0));
        const sent = await telemetry.ended(`notify ${bench.requests}`);
        const span = await telemetry.ended(`process ${bench.requests}`);
        processed.stop();
        assert.equal(span.parentSpanContext?.spanId, sent.spanContext().spanId);
        assert.equal(span.spanContext().traceId, '0af7651916cd43dd8448eb211c80319c');
        assert.equal(processed.operations[0]?.tracestate, 'vendor=1');
      });

      it('begins a trace for a request that has none, or a malformed one', async () => {
        uninstrument();
        const traceparents = [
          undefined,
          'nonsense',
          `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
          'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        ];
        const given = [...traceparents];
        const requested = listen<{ traceparent?: string | undefined }>('request', (operation) => {
          operation.traceparent = given.shift();
        });
        const host = bench.host();
        const requests = traceparents.map(() => host.request(0));
        await until(() => host.stats().open > 0, 'an open request');
        // So that only the worker is watched by it.
        await until(() => requested.operations.length === traceparents.length, 'all requests');
        requested.stop();
        uninstrument = instrument({ tracerProvider: telemetry.provider });
        await telemetry.within('startup', () => bench.worker(() => undefined));
        await Promise.all(requests);
        await until(() => telemetry.spans.length === traceparents.length + 1, 'all spans');
        const processed = telemetry.spans.filter(({ name }) => name.startsWith('process'));
        assert.deepEqual(
          processed.map(({ parentSpanContext }) => parentSpanContext),
          traceparents.map(() => undefined),
        );
        assert.equal(new Set(processed.map((span) => span.spanContext().traceId)).size, 4);
      });
    });
  }

  it('makes a span of the work of a raw Worker, and no part of who started it', async () => {
    const requests = temporaryQueue();
    let active: string | undefined;
    const worker = new Worker({ requests: requests.name, codec: text, onMismatch: 'keep' }, () => {
      active = trace.getActiveSpan()?.spanContext().spanId;
      throw new TypeError('no');
    });
    worker.on('failure', () => undefined);
    const running = telemetry.within('startup', () => worker.run());
    requests.trySend('task');
    const span = await telemetry.ended(`process ${requests.name}`);
    await worker.close();
    await running;
    assert.equal(span.parentSpanContext, undefined);
    assert.equal(active, span.spanContext().spanId);
    assert.equal(span.attributes['error.type'], 'TypeError');
    assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'no' });
  });

  it('makes no more spans once it is told to stop, and ends those that are open', async () => {
    const queue = temporaryQueue();
    const received = queue.receive();
    uninstrument();
    uninstrument();
    await queue.send('x');
    await received;
    assert.deepEqual(
      telemetry.spans.map(({ name }) => name),
      [`receive ${queue.name}`],
    );
  });

  it('refuses what is no provider', () => {
    const bad = { tracerProvider: {} } as unknown as Parameters<typeof instrument>[0];
    assert.throws(() => instrument(bad), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => instrument({ provider: 1 } as never), { name: 'TypeError' });
  });

  it('uses the global provider, also one that is set later', async () => {
    const stop = instrument();
    trace.setGlobalTracerProvider(telemetry.provider);
    uninstrument();
    const queue = temporaryQueue();
    await queue.send('x');
    stop();
    assert.equal(telemetry.spans.length, 1);
  });
});
