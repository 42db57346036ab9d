// Checked by the compiler alone: what the codecs make of chunks, values and arguments.

import type { Observable } from 'rxjs';
import {
  createDuplex,
  createReadStream,
  createWriteStream,
  json,
  MessageQueue,
  raw,
  text,
  type Decoded,
  type Encoded,
  type Message,
  type QueueReadable,
  type QueueWritable,
  type WithPriority,
} from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { Host, Worker } from 'posix-mqueue/service';
import { expectType } from './expect.js';

interface Job {
  id: number;
}

export async function types(queue: MessageQueue): Promise<void> {
  expectType<Message>()(await queue.receive());
  expectType<Message | null>()(queue.tryReceive());
  expectType<Message[]>()(await queue.receiveMany(2));
  expectType<Message[]>()(await queue.close());
  queue.on('message', (message) => expectType<Message>()(message));
  queue.on('error', (error) => expectType<Error>()(error));
  // @ts-expect-error -- there is no such event
  queue.on('mesage', () => undefined);

  expectType<QueueReadable<Buffer>>()(createReadStream('/q'));
  expectType<QueueReadable<string>>()(createReadStream('/q', { codec: text }));
  expectType<QueueReadable<unknown>>()(queue.createReadStream({ codec: json }));
  expectType<QueueReadable<Job>>()(queue.createReadStream({ codec: json<Job>() }));
  const pairs = createReadStream('/q', { codec: text, withPriority: true });
  expectType<QueueReadable<WithPriority<string>>>()(pairs);
  for await (const chunk of createReadStream('/q', { codec: text })) expectType<string>()(chunk);
  createReadStream('/q', { codec: text }).on('data', (chunk) => expectType<string>()(chunk));
  // @ts-expect-error -- misspelled
  createReadStream('/q', { codecs: text });
  // @ts-expect-error -- open options belong to the queue that is open already
  queue.createReadStream({ create: true });

  expectType<QueueWritable<Message | string>>()(createWriteStream('/q', { codec: text }));
  createWriteStream('/q', { codec: json<Job>() }).write({ id: 1 });
  // @ts-expect-error -- no Job
  createWriteStream('/q', { codec: json<Job>() }).write({ id: 'one' });

  const channel = createDuplex({ readable: '/a', writable: '/b', codec: json<Job>() });
  for await (const job of channel) expectType<Job>()(job);

  expectType<Observable<Buffer>>()(fromQueue('/q'));
  expectType<Observable<string>>()(fromQueue(queue, { codec: text }));
  expectType<Observable<Job>>()(fromQueue('/q', { codec: json((value) => value as Job) }));
  expectType<Observable<WithPriority<Job>>>()(
    fromQueue('/q', { codec: json<Job>(), withPriority: true }),
  );
  const results$ = consumeQueue(
    '/q',
    async (job) => {
      expectType<Job>()(job);
      return job.id;
    },
    { codec: json<Job>() },
  );
  expectType<Observable<number>>()(results$);
  fromQueue('/q', { codec: text }).pipe(toQueue('/r', { codec: text }));
  // @ts-expect-error -- numbers are no text
  results$.pipe(toQueue('/r', { codec: text }));

  expectType<string>()(await new Host({ requests: '/a', responses: '/b', codec: text }).receive());
  new Worker({ requests: '/a', responses: '/b', codec: json<Job>() }, (job) => {
    expectType<Job>()(job);
    return { id: job.id + 1 };
  });
  // @ts-expect-error -- the response is no Job
  new Worker({ requests: '/a', responses: '/b', codec: json<Job>() }, () => 'text');

  expectType<Decoded<typeof raw>>()(Buffer.alloc(0) as Buffer);
  expectType<Encoded<typeof text>>()('' as string);
}
