import assert from 'node:assert/strict';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { trace } from '@opentelemetry/api';
import { PosixTransport } from 'posix-mqueue/rpc';
import { instrument } from 'posix-mqueue/opentelemetry';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { NestBench, queueLink } from '../support/nest.js';
import { Telemetry } from '../support/spans.js';

let telemetry: Telemetry;

@Controller()
class TracedController {
  @MessagePattern('asked')
  async asked(value: number): Promise<number> {
    return telemetry.within('asked', async () => value);
  }

  @EventPattern<string>('told')
  async told(): Promise<void> {
    await telemetry.within('told', async () => undefined);
  }
}

describe('The trace of a Nest application', () => {
  let bench: NestBench;
  let uninstrument: () => void;

  beforeEach(async () => {
    telemetry = new Telemetry();
    uninstrument = instrument({ tracerProvider: telemetry.provider });
    bench = new NestBench(queueLink(new PosixTransport()));
    await bench.start([TracedController]);
  });
  afterEach(async () => {
    await bench.close();
    uninstrument();
    await telemetry.close();
  });

  it('goes from who asks, or tells, to what the handler does', async () => {
    const client = bench.client();
    const traceOf = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;
    const mine = await telemetry.within('mine', async () => {
      assert.equal(await firstValueFrom(client.send('asked', 1)), 1);
      await lastValueFrom(client.emit('told', 1), { defaultValue: 0 });
      return traceOf();
    });
    for (const name of ['mine', 'asked', 'told']) {
      const span = await telemetry.ended(name);
      assert.equal(span.spanContext().traceId, mine, name);
    }
  });
});
