import assert from 'node:assert/strict';
import { EMPTY, lastValueFrom, of, Subject, throwError, toArray } from 'rxjs';
import { text } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

describe('fromQueue with until', () => {
  for (const byName of [true, false]) {
    it(`completes when that emits, and takes no more, by name: ${byName}`, async () => {
      const queue = temporaryQueue({ maxMessages: 2 });
      const end$ = new Subject<void>();
      const received: string[] = [];
      const options = { codec: text, until: end$ };
      const completed = new Promise<void>((complete) => {
        fromQueue(byName ? queue.name : queue, options).subscribe({
          next: (value) => received.push(value),
          complete,
        });
      });
      await queue.send('a');
      await until(() => received.length === 1, 'a message received');
      end$.next();
      await completed;
      assert.equal(end$.observed, false);
      await queue.send('b');
      assert.deepEqual(received, ['a']);
      assert.equal((await queue.receive()).text(), 'b');
    });
  }

  it('gives out a message that is on its way when that emits', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    for (let round = 0; round < 20; round += 1) {
      const end$ = new Subject<void>();
      const received: string[] = [];
      const options = { codec: text, until: end$, wait: 'worker' } as const;
      const completed = new Promise<void>((complete) => {
        fromQueue(queue.name, options).subscribe({
          next: (value) => received.push(value),
          complete,
        });
      });
      // From one turn to the next a pool thread takes it, or has not begun to.
      await new Promise((resolve) => setImmediate(resolve));
      await queue.send('a');
      end$.next();
      await completed;
      const left = queue.currentMessages;
      if (left > 0) await queue.receive();
      assert.equal(received.length + left, 1, `round ${round}`);
    }
  });

  it('takes nothing where that emits at once', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('a');
    const values$ = fromQueue(queue, { until: of(1) }).pipe(toArray());
    assert.deepEqual(await lastValueFrom(values$), []);
    assert.equal(queue.currentMessages, 1);
  });

  it('goes on where that completes, and fails where that fails', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const received: string[] = [];
    const subscription = fromQueue(queue, { codec: text, until: EMPTY }).subscribe((value) =>
      received.push(value),
    );
    await queue.send('a');
    await until(() => received.length === 1, 'a message received');
    subscription.unsubscribe();
    const failing$ = fromQueue(queue, { until: throwError(() => new Error('mine')) });
    await assert.rejects(lastValueFrom(failing$), /mine/);
  });

  it('is checked', () => {
    const refusal = { code: 'ERR_INVALID_ARG_TYPE', message: /'empty', an Observable/ };
    for (const wrong of ['emtpy', 7, {}]) {
      const options = { until: wrong as 'empty' };
      assert.throws(() => fromQueue('/x', options), refusal);
      assert.throws(() => consumeQueue('/x', () => EMPTY, options), refusal);
    }
  });
});
