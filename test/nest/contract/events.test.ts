import assert from 'node:assert/strict';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, RpcException } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom, of, tap, type Observable } from 'rxjs';
import { until } from '../../support/code.js';
import { gate } from '../../support/gate.js';
import { overNestTransports } from '../../support/nest.js';

const heard: unknown[] = [];
let waiting = gate();

@Controller()
class FirstController {
  @EventPattern('happened')
  happened(data: unknown): void {
    heard.push(['first', data]);
  }

  @EventPattern({ kind: 'object', and: 1 })
  object(data: unknown): void {
    heard.push(['object', data]);
  }

  @EventPattern('streamed')
  streamed(data: number): Observable<number> {
    return of(data, data + 1).pipe(tap((each) => heard.push(each)));
  }

  @EventPattern<string>('fails')
  fails(): void {
    throw new Error('fails');
  }

  @EventPattern<string>('refuses')
  refuses(): void {
    throw new RpcException('refuses');
  }

  @EventPattern<string>('waits')
  async waits(): Promise<void> {
    await waiting.opened;
    heard.push('waited');
  }

  @MessagePattern('asked')
  asked(data: unknown): string {
    heard.push(['asked', data]);
    return 'answer';
  }
}

@Controller()
class SecondController {
  @EventPattern('happened')
  async happened(data: unknown): Promise<void> {
    heard.push(['second', data]);
  }
}

overNestTransports('Events of a Nest microservice', (bench) => {
  const emit = (pattern: unknown, data: unknown): Promise<unknown> =>
    lastValueFrom(bench().client().emit(pattern, data), { defaultValue: 'none' });

  beforeEach(async () => {
    heard.length = 0;
    waiting = gate();
    await bench().start([FirstController, SecondController]);
  });

  it('get to all their handlers', async () => {
    assert.equal(await emit('happened', { a: 1 }), undefined);
    await until(() => heard.length === 2, 'an event for both');
    const both = ['["first",{"a":1}]', '["second",{"a":1}]'];
    assert.deepEqual(heard.map((each) => JSON.stringify(each)).toSorted(), both);
    await emit({ and: 1, kind: 'object' }, 'o');
    await until(() => heard.length === 3, 'an event by an object');
    assert.deepEqual(heard[2], ['object', 'o']);
  });

  it('are sent whether or not anybody subscribes', async () => {
    bench().client().emit('happened', 'x');
    await until(() => heard.length === 2, 'an event');
  });

  it('have their results subscribed to', async () => {
    await emit('streamed', 1);
    await until(() => heard.length === 2, 'two values');
    assert.deepEqual(heard, [1, 2]);
  });

  it('have their failures logged, and others go on', async () => {
    const { errors } = bench().log;
    await emit('fails', 0);
    await emit('refuses', 0);
    await until(() => errors.length === 2, 'two failures');
    assert.deepEqual(errors.map(String).toSorted(), ['Error: fails', 'Error: refuses']);
    await emit('streamed', 1);
    await until(() => heard.length === 2, 'the next event');
    assert.equal(errors.length, 2, 'each is logged once');
  });

  it('without a handler are logged', async () => {
    const { errors } = bench().log;
    await emit('nobody', 0);
    await until(() => errors.length === 1, 'an event without a handler');
    const text = 'There is no matching event handler defined in the remote service.';
    assert.equal(errors[0], `${text} Event pattern: nobody`);
  });

  it('do not keep a request waiting', async () => {
    await emit('waits', 0);
    const answer = await firstValueFrom(bench().client().send('asked', 1));
    assert.deepEqual([answer, heard], ['answer', [['asked', 1]]]);
    waiting.open();
    await until(() => heard.length === 2, 'the end of the event');
  });

  it('and requests may take the handlers of each other', async () => {
    await emit('asked', 1);
    await until(() => heard.length === 1, 'an event for a handler of requests');
    assert.deepEqual(heard, [['asked', 1]]);
    const value = await lastValueFrom(bench().client().send('streamed', 5));
    assert.equal(value, 6);
  });
});
