// Checked by the compiler alone: what goes through the operators.

import { from, of, type Observable, type OperatorFunction } from 'rxjs';
import { json, text, type Message, type MessageQueue, type WithPriority } from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { expectType } from './expect.js';

interface Job {
  id: number;
}

export function sources(queue: MessageQueue): void {
  expectType<Observable<Message>>()(from(queue));
  expectType<Observable<WithPriority<Buffer>>>()(fromQueue(queue, { withPriority: true }));
  expectType<Observable<Buffer>>()(fromQueue(queue, { withPriority: false }));
  expectType<Observable<unknown>>()(fromQueue('/q', { codec: json, until: 'empty' }));
  fromQueue('/q', { until: of(1), create: true, highWaterMark: 4 });
  // @ts-expect-error -- misspelled
  fromQueue('/q', { codecs: text });
  // @ts-expect-error -- a queue or its name
  fromQueue(1);
  // @ts-expect-error -- text decodes to strings
  fromQueue('/q', { codec: text }).subscribe((data: Buffer) => data.length);
}

export function consumers(): void {
  expectType<Observable<number>>()(consumeQueue('/q', (data) => of(data.length)));
  expectType<Observable<number>>()(consumeQueue('/q', (data, index) => [data.length, index]));
  const pairs$ = consumeQueue(
    '/q',
    async ({ value, priority }) => {
      expectType<Job>()(value);
      return priority > 1 ? value.id : undefined;
    },
    { codec: json<Job>(), withPriority: true, concurrency: 2, redelivery: true, maxAttempts: 3 },
  );
  expectType<Observable<number | undefined>>()(pairs$);
  // @ts-expect-error -- a number is nothing to subscribe to
  consumeQueue('/q', (data) => data.length);
  // @ts-expect-error -- misspelled
  consumeQueue('/q', () => [], { concurency: 2 });
}

export function sinks(jobs$: Observable<Job>): void {
  const jobs = json<Job>();
  const sink: OperatorFunction<Message | Job, Message | Job> = toQueue('/q', { codec: jobs });
  expectType<Observable<Message | Job>>()(jobs$.pipe(sink));
  expectType<Observable<Message | Job>>()(jobs$.pipe(toQueue('/q', { codec: jobs })));
  jobs$.pipe(toQueue('/q', { codec: jobs, priority: ({ id }) => id }));
  toQueue('/q', {
    codec: jobs,
    withPriority: true,
    overflow: 'drop',
    onDrop(value, dropped) {
      expectType<Message | WithPriority<Job>>()(value);
      expectType<number>()(dropped);
    },
  });
  // @ts-expect-error -- a Job has no priority of its own
  jobs$.pipe(toQueue('/q', { codec: jobs, withPriority: true }));
  // @ts-expect-error -- without a codec it takes bytes
  jobs$.pipe(toQueue('/q'));
  // @ts-expect-error -- an Observable cannot be made to wait
  toQueue('/q', { overflow: 'wait' });
}
