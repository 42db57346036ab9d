import assert from 'node:assert/strict';
import {
  delay,
  lastValueFrom,
  NEVER,
  of,
  Subject,
  take,
  takeUntil,
  toArray,
  type Observable,
} from 'rxjs';
import { text, type Codec, type MessageQueue } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { nextTurn, until } from '../support/code.js';
import { fill, rest, untilEmpty } from '../support/messages.js';
import { slowdown } from '../support/sanitizer.js';

const sources: Record<string, (name: string) => Observable<string>> = {
  fromQueue: (name) => fromQueue(name, { codec: text }),
  consumeQueue: (name) => consumeQueue(name, (value) => of(value), { codec: text }),
};

/** What is in the kernel's queue, once there are so many. */
async function restOf(queue: MessageQueue, count: number): Promise<string> {
  await until(() => queue.currentMessages === count, 'all that was sent, in the queue');
  return rest(queue);
}

for (const [name, open] of Object.entries(sources)) {
  describe(`${name} by name, when its subscription ends`, () => {
    it('puts back what was on its way to it', async () => {
      const queue = temporaryQueue();
      const received: string[] = [];
      const ends: ((messages$: Observable<string>, end$: Subject<void>) => void)[] = [
        (messages$, end$) => {
          const subscription = messages$.subscribe((value) => received.push(value));
          end$.subscribe(() => subscription.unsubscribe());
        },
        (messages$, end$) => {
          messages$.pipe(takeUntil(end$)).subscribe((value) => received.push(value));
        },
      ];
      for (let round = 0; round < 40; round += 1) {
        const end$ = new Subject<void>();
        // One that is never subscribed again.
        ends[round % 2]?.(open(queue.name), end$);
        await nextTurn();
        await nextTurn();
        await fill(queue, String(round));
        end$.next();
        await until(() => {
          const back = queue.tryReceive();
          if (back !== null) received.push(back.text());
          return received.length === round + 1;
        }, 'the next message');
      }
      assert.deepEqual(
        received,
        Array.from({ length: 40 }, (_, index) => String(index)),
      );
    });

    it('gives it to another subscription of the same Observable', async () => {
      const queue = temporaryQueue();
      const messages$ = open(queue.name);
      const received: string[] = [];
      const other = messages$.subscribe((value) => received.push(value));
      for (let round = 0; round < 20; round += 1) {
        const one = messages$.subscribe((value) => received.push(value));
        await nextTurn();
        await fill(queue, String(round));
        one.unsubscribe();
        await until(() => received.length === round + 1, 'the next message');
      }
      other.unsubscribe();
      assert.equal(new Set(received).size, 20);
    });
  });

  for (const where of ['process', 'thread']) {
    it(`${name}: a fresh one for each use, beside another ${where}: none lost, none twice`, async function () {
      this.timeout(60_000 * slowdown);
      // There is always room for what goes back: a full queue is another test's.
      const queue = temporaryQueue({ maxMessages: 10, maxMessageSize: 16 });
      const send = async (data: string): Promise<void> => {
        await until(() => queue.currentMessages < 3, 'a message taken from the queue');
        assert.ok(queue.trySend(data));
      };
      const count = 2000;
      const users = ['1', '2'].map(() => runFixture('uses', [queue.name, name, where]));
      const taken: number[] = [];
      for (const user of users) await user.printed('using');
      for (let number = 0; number < count; number += 1) await send(String(number));
      let running = users.length;
      for (const user of users) void user.end.finally(() => (running -= 1));
      // One may get more of them than it needs.
      while (running > 0) {
        if (queue.currentMessages === 0) queue.trySend('end');
        await nextTurn();
      }
      for (const user of users) {
        const { stdout, stderr } = await user.end;
        assert.equal(stderr, '');
        taken.push(...stdout.split('\n').slice(1).filter(Boolean).map(Number));
      }
      for (const left of untilEmpty(queue)) {
        if (left.text() !== 'end') taken.push(Number(left.text()));
      }
      assert.deepEqual(
        taken.sort((a, b) => a - b),
        Array.from({ length: count }, (_, index) => index),
      );
    });
  }

  for (const how of ['exit', 'naturally']) {
    it(`${name}: puts it back when the process ends right after the unsubscribe (${how})`, async function () {
      this.timeout(60_000 * slowdown);
      const queue = temporaryQueue();
      for (let round = 0; round < 3; round += 1) {
        const child = runFixture('unsubscribes', [queue.name, name, how]);
        const { code, stdout, stderr } = await child.end;
        assert.deepEqual([code, stderr], [0, '']);
        const received = stdout.split('\n').filter(Boolean);
        const back = queue.tryReceive()?.text();
        assert.deepEqual([...received, ...(back === undefined ? [] : [back])], ['once']);
        assert.equal(queue.currentMessages, 0);
      }
    });
  }
}

describe('consumeQueue by name, when it ends with messages that it has not begun', () => {
  const options = { codec: text, concurrency: 4 };

  it('puts them back at take(n)', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const first$ = consumeQueue(queue.name, (value) => of(value), options).pipe(take(1));
    assert.equal(await lastValueFrom(first$), 'a');
    assert.equal(await restOf(queue, 3), 'bcd');
  });

  it('puts them back when project throws', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const throwing$ = consumeQueue(
      queue.name,
      () => {
        throw new Error('project');
      },
      options,
    );
    await assert.rejects(lastValueFrom(throwing$), /project/);
    assert.equal(await restOf(queue, 3), 'bcd');
  });

  it('puts them back when project unsubscribes', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const subscription = consumeQueue(
      queue.name,
      () => {
        subscription.unsubscribe();
        return NEVER;
      },
      options,
    ).subscribe();
    assert.equal(await restOf(queue, 3), 'bcd');
  });

  it('puts them back when the codec throws or unsubscribes', async () => {
    const queue = temporaryQueue();
    let decode = (bytes: Buffer): string => bytes.toString();
    const codec: Codec<string> = {
      encode: (value) => Buffer.from(value),
      decode: (bytes) => decode(bytes),
    };
    const open = (): Observable<string> =>
      consumeQueue(queue.name, (value) => of(value), { codec, concurrency: 4 });
    await fill(queue, 'a', 'b', 'c', 'd');
    decode = () => {
      throw new Error('invalid');
    };
    await assert.rejects(lastValueFrom(open()), { code: 'ERR_MQ_INVALID_MESSAGE' });
    assert.equal(await restOf(queue, 3), 'bcd');

    await fill(queue, 'a', 'b', 'c', 'd');
    const subscription = open().subscribe(() => assert.fail('unsubscribed'));
    decode = (bytes) => {
      subscription.unsubscribe();
      return bytes.toString();
    };
    await until(() => subscription.closed, 'the end of the subscription');
    assert.equal(await restOf(queue, 4), 'abcd');
  });

  it('works on them when until emits within project: they are in hand', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const stop$ = new Subject<void>();
    const work = (value: string): Observable<string> => {
      stop$.next();
      return of(value).pipe(delay(0));
    };
    const results$ = consumeQueue(queue.name, work, { ...options, until: stop$ });
    assert.deepEqual(await lastValueFrom(results$.pipe(toArray())), ['a', 'b', 'c', 'd']);
    assert.equal(queue.currentMessages, 0);
  });
});
