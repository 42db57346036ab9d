import assert from 'node:assert/strict';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { concatMap, EMPTY, firstValueFrom, from, of, timer, type Observable } from 'rxjs';
import { allOf, failureOf, overNestTransports } from '../../support/nest.js';
import { gate } from '../../support/gate.js';

const LONG = 'a pattern that is too long for the header of an envelope '.repeat(4);
const release = { gate: gate() };

@Controller()
class ValuesController {
  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((a, b) => a + b, 0);
  }

  @MessagePattern({ cmd: 'sum', of: { what: 'numbers' } })
  sumOf(numbers: number[]): number {
    return this.sum(numbers) * 100;
  }

  @MessagePattern(7)
  seven(): number {
    return 7;
  }

  @MessagePattern(['first', 'second'])
  either(): string {
    return 'either';
  }

  @MessagePattern(LONG)
  long(value: unknown): unknown {
    return value;
  }

  @MessagePattern('größe, in mm')
  unicode(value: string): string {
    return `${value} ✓`;
  }

  @MessagePattern('echo')
  echo(value: unknown): unknown {
    return value;
  }

  @MessagePattern('property')
  property(@Payload('name') name: string): string {
    return name;
  }

  @MessagePattern('promise')
  async promise(value: number): Promise<number> {
    return value * 2;
  }

  @MessagePattern('promised-observable')
  async promised(): Promise<Observable<number>> {
    return of(1, 2, 3);
  }

  @MessagePattern('observable')
  observable(values: unknown[]): Observable<unknown> {
    return from(values);
  }

  @MessagePattern('slowly')
  slowly(values: unknown[]): Observable<unknown> {
    return from(values).pipe(concatMap((value) => timer(1).pipe(concatMap(() => of(value)))));
  }

  @MessagePattern('empty')
  empty(): Observable<never> {
    return EMPTY;
  }

  @MessagePattern('undefined')
  nothing(): undefined {
    return undefined;
  }

  @MessagePattern('nil')
  null(): null {
    return null;
  }

  @MessagePattern('of-undefined')
  ofUndefined(): Observable<unknown> {
    return of(undefined, 1, undefined);
  }

  @MessagePattern('date')
  date(): Date {
    return new Date(0);
  }

  @MessagePattern('buffer')
  buffer(): Buffer {
    return Buffer.from('ab');
  }

  @MessagePattern('length')
  length(text: string): number {
    return text.length;
  }

  @MessagePattern('wait')
  async wait(value: unknown): Promise<unknown> {
    await release.gate.opened;
    return value;
  }

  @MessagePattern('release')
  open(): boolean {
    release.gate.open();
    return true;
  }
}

overNestTransports('Values of a Nest microservice', (bench) => {
  const ask = (pattern: unknown, data: unknown): Promise<unknown[]> =>
    allOf(bench().client().send(pattern, data));

  beforeEach(async () => {
    release.gate = gate();
    await bench().start([ValuesController]);
  });

  it('come back for patterns that are texts, objects, numbers, one of several, long, and of any language', async () => {
    assert.deepEqual(await ask('sum', [1, 2]), [3]);
    assert.deepEqual(await ask({ of: { what: 'numbers' }, cmd: 'sum' }, [1, 2]), [300]);
    assert.deepEqual(await ask(7, 0), [7]);
    assert.deepEqual(await ask('first', 0), ['either']);
    assert.deepEqual(await ask('second', 0), ['either']);
    assert.deepEqual(await ask(LONG, { data: 1 }), [{ data: 1 }]);
    assert.deepEqual(await ask('größe, in mm', '3'), ['3 ✓']);
  });

  it('are what JSON makes of them', async () => {
    const values = [0, '', false, null, [], {}, { data: 1 }, { pattern: 'x' }, { $nest: 1 }];
    for (const value of values.filter((each) => each !== null)) {
      assert.deepEqual(await ask('echo', value), [value]);
    }
    assert.deepEqual(await ask('observable', values), values);
    const odd = { date: new Date(0), buffer: Buffer.from('ab'), nan: Number.NaN, none: undefined };
    const [buffer] = (await ask('buffer', 0)) as [{ type: string; data: number[] }];
    assert.deepEqual(buffer, { type: 'Buffer', data: [97, 98] });
    assert.deepEqual(await ask('echo', odd), [
      { date: '1970-01-01T00:00:00.000Z', buffer, nan: null },
    ]);
    assert.deepEqual(await ask('date', 0), ['1970-01-01T00:00:00.000Z']);
    assert.deepEqual(await ask('property', { name: 'n' }), ['n']);
  });

  it('are as many as the handler gives', async () => {
    assert.deepEqual(await ask('promise', 2), [4]);
    assert.deepEqual(await ask('promised-observable', 0), [1, 2, 3]);
    assert.deepEqual(await ask('observable', []), []);
    assert.deepEqual(await ask('observable', [1]), [1]);
    assert.deepEqual(await ask('slowly', [1, 2, 3]), [1, 2, 3]);
    assert.deepEqual(await ask('empty', 0), []);
  });

  it('are none for undefined at the end, as JSON has none for it, and one for null', async () => {
    assert.deepEqual(await ask('undefined', 0), []);
    assert.deepEqual(await ask('nil', 0), [null]);
    assert.deepEqual(await ask('of-undefined', 0), [undefined, 1]);
  });

  it('may be large, and many', async () => {
    const text = 'ab'.repeat(50_000);
    assert.deepEqual(await ask('length', text), [100_000]);
    assert.deepEqual(await ask('echo', text), [text]);
    const many = Array.from({ length: 200 }, (_, index) => index);
    assert.deepEqual(await ask('observable', many), many);
  });

  it('are those of each of many requests at one time', async () => {
    const client = bench().client();
    const indices = Array.from({ length: 50 }, (_, index) => index);
    const responses = indices.map((index) => firstValueFrom(client.send('echo', index)));
    assert.deepEqual(await Promise.all(responses), indices);
  });

  it('come also while other requests of the same server are in hand', async () => {
    const client = bench().client();
    const waiting = Promise.all([1, 2, 3].map((each) => firstValueFrom(client.send('wait', each))));
    assert.equal(await firstValueFrom(client.send('release', 0)), true);
    assert.deepEqual(await waiting, [1, 2, 3]);
  });

  it('are asked for at each subscription, and not before', async () => {
    const response$ = bench().client().send<number>('sum', [2]);
    assert.deepEqual(await Promise.all([allOf(response$), allOf(response$)]), [[2], [2]]);
  });

  it('are refused where pattern or data are missing', async () => {
    for (const [pattern, data] of [
      [undefined, 1],
      ['sum', undefined],
      ['sum', null],
    ]) {
      const error = await failureOf(bench().client().send(pattern, data));
      assert.equal((error as Error).constructor.name, 'InvalidMessageException');
    }
  });
});
