import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { lastValueFrom, NEVER, toArray } from 'rxjs';
import { MessageQueue, text } from 'posix-mqueue';
import { consumeQueue, type ConsumeQueueOptions } from 'posix-mqueue/rxjs';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { until } from '../support/code.js';
import { leaseFiles } from '../support/leases.js';

describe('consumeQueue with redelivery', () => {
  let queue: MessageQueue;
  let deadLetter: string;
  const options = { codec: text, redelivery: true, concurrency: 2 } as const;

  beforeEach(() => {
    queue = temporaryQueue({ maxMessageSize: 32 });
    deadLetter = temporaryName();
  });

  const fails = async (body = 'a'): Promise<void> => {
    const work = consumeQueue(
      queue.name,
      async (value) => {
        if (value === body) throw new Error(value);
        return value;
      },
      { ...options, concurrency: 1 },
    );
    await assert.rejects(lastValueFrom(work), { message: body });
    await closed();
  };
  /** The end of a subscription goes on after it. */
  const closed = (): Promise<void> => until(() => leaseFiles(queue.name).length <= 1, 'the end');
  const nothingLeft = (): Promise<void> =>
    until(() => leaseFiles(queue.name).length === 0, 'the end of the lease');

  /** The first value of it, whose work is done then: who takes only that ends the work before its end. */
  async function first(given: ConsumeQueueOptions<typeof text>): Promise<string | undefined> {
    const values: string[] = [];
    const work = consumeQueue(queue.name, async (value) => value, given);
    const subscription = work.subscribe((value) => values.push(value));
    await until(() => values.length > 0, 'a value');
    subscription.unsubscribe();
    return values[0];
  }

  it('leaves no file when all is done', async () => {
    for (const each of ['a', 'b', 'c']) await queue.send(each);
    const work = consumeQueue(queue.name, async (value) => value, { ...options, until: 'empty' });
    assert.deepEqual(await lastValueFrom(work.pipe(toArray())), ['a', 'b', 'c']);
    await nothingLeft();
    assert.equal(queue.currentMessages, 0);
  });

  it('has a message again whose work failed', async () => {
    await queue.send('a');
    await fails();
    assert.equal(queue.currentMessages, 0);
    assert.equal(await first(options), 'a');
    await nothingLeft();
  });

  it('has a message again whose work was given up', async () => {
    await queue.send('a');
    let begun = false;
    const subscription = consumeQueue(
      queue.name,
      () => {
        begun = true;
        return NEVER;
      },
      options,
    ).subscribe();
    await until(() => begun, 'work');
    subscription.unsubscribe();
    assert.equal(await first(options), 'a');
    await nothingLeft();
  });

  it('counts one that could not be decoded as done, where it goes on', async () => {
    await queue.send(Buffer.from([0xff]));
    await queue.send('b');
    const invalid: Buffer[] = [];
    const work = consumeQueue(queue.name, async (value) => value, {
      ...options,
      until: 'empty',
      onInvalid: (message) => invalid.push(message.data),
    });
    assert.deepEqual(await lastValueFrom(work.pipe(toArray())), ['b']);
    assert.equal(invalid.length, 1);
    await nothingLeft();
  });

  it('buries what failed as often as is allowed', async () => {
    await queue.send('a', { priority: 4 });
    await fails();
    await fails();
    await queue.send('b');
    const burying = consumeQueue(queue.name, async (value) => value, {
      ...options,
      maxAttempts: 2,
      deadLetter,
    }).subscribe();
    const dead = await MessageQueue.waitFor(deadLetter, { timeout: 1000 });
    const { data, priority } = await dead.receive({ timeout: 1000 });
    const { reason, from, attempts, original } = decodeDeadLetter(data);
    assert.deepEqual([reason, from, attempts], ['attempts', queue.name, 2]);
    assert.deepEqual([original.toString(), priority], ['a', 4]);
    await dead.close();
    await until(() => queue.currentMessages === 0, 'work on the others');
    burying.unsubscribe();
    await nothingLeft();
  });

  it('keeps it where no queue for such is named, and warns', async () => {
    await queue.send('a');
    await fails();
    const warned = once(process, 'warning');
    const work = consumeQueue(queue.name, async (value) => value, { ...options, maxAttempts: 1 });
    const subscription = work.subscribe();
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, 'MQ_GAVE_UP');
    subscription.unsubscribe();
    await closed();
    for (const file of leaseFiles(queue.name)) rmSync(file);
  });

  it('is for queues that it opens itself', () => {
    const expected = { code: 'ERR_INVALID_ARG_VALUE', message: /'redelivery'/ };
    assert.throws(() => consumeQueue(queue, async () => 1, { redelivery: true }), expected);
  });

  it('needs a bound of what is in hand', () => {
    const unbounded = { redelivery: true, concurrency: Infinity };
    const expected = { code: 'ERR_OUT_OF_RANGE', message: /10000/ };
    assert.throws(() => consumeQueue(queue.name, async () => 1, unbounded), expected);
  });
});
