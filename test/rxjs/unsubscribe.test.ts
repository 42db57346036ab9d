import assert from 'node:assert/strict';
import { of, type Observable } from 'rxjs';
import type { Codec } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

type Source = (queue: string, codec: Codec<string>) => Observable<string>;

const sources: Record<string, Source> = {
  fromQueue: (queue, codec) => fromQueue(queue, { codec }),
  consumeQueue: (queue, codec) => consumeQueue(queue, (value) => of(value), { codec }),
};

for (const [name, open] of Object.entries(sources)) {
  describe(`${name}, unsubscribed while a message is decoded`, () => {
    it('keeps it for the next subscription', async () => {
      const queue = temporaryQueue();
      let decoding = (): void => undefined;
      const codec: Codec<string> = {
        encode: (value) => Buffer.from(value),
        decode: (bytes) => {
          decoding();
          return bytes.toString();
        },
      };
      const values$ = open(queue.name, codec);
      const received: string[] = [];
      const first = values$.subscribe((value) => received.push(`first ${value}`));
      decoding = () => {
        first.unsubscribe();
      };
      await queue.send('a');
      await queue.send('b');
      await until(() => first.closed, 'the end of the subscription');
      decoding = () => undefined;
      const second = values$.subscribe((value) => received.push(value));
      await until(() => received.length === 2, 'two messages received');
      assert.deepEqual(received.toSorted(), ['a', 'b']);
      second.unsubscribe();
    });
  });
}
