// Checked by the compiler alone: the queue itself, its streams' values, and what errors carry.

import {
  AbortError,
  activeWaits,
  createDuplex,
  createReadStream,
  createWriteStream,
  cstring,
  InvalidMessageError,
  json,
  limits,
  Message,
  MessageQueue,
  MessageQueueError,
  raw,
  text,
  type ActiveWait,
  type Codec,
  type DecodingCodec,
  type FirstOfQueues,
  type Limits,
  type QueueDuplex,
  type QueueReadable,
  type QueueStat,
  type QueueWritable,
  type WaitingWay,
  type WithPriority,
} from 'posix-mqueue';
import { expectType } from './expect.js';

interface Job {
  id: number;
}

export async function queues(queue: MessageQueue): Promise<void> {
  expectType<MessageQueue>()(MessageQueue.open('/q'));
  expectType<MessageQueue>()(MessageQueue.open(Buffer.from('/q'), { wait: 'loop', mode: '600' }));
  expectType<MessageQueue>()(await MessageQueue.waitFor('/q', { access: 'read', timeout: 5 }));
  expectType<string[]>()(await MessageQueue.list());
  expectType<Buffer[]>()(await MessageQueue.list({ encoding: 'buffer' }));
  expectType<FirstOfQueues>()(await MessageQueue.receiveFirst([queue]));
  expectType<QueueStat>()(queue.stat());
  expectType<WaitingWay | null>()(queue.waiting);
  expectType<Limits>()(limits());
  expectType<ActiveWait[]>()(activeWaits());
  expectType<void>()(
    await queue.send(new Message(Buffer.alloc(1), 3), { priority: 7, timeout: 1 }),
  );
  expectType<boolean>()(queue.trySend(new Uint8Array(1)));
  expectType<unknown>()(new Message(Buffer.alloc(0)).json());
  expectType<Job>()(new Message(Buffer.alloc(0)).json<Job>());
  for await (const message of queue) expectType<Message>()(message);
  queue.once('close', (...none) => expectType<[]>()(none));

  // @ts-expect-error -- a name is needed
  MessageQueue.open();
  // @ts-expect-error -- misspelled
  MessageQueue.open('/q', { maxMessage: 1 });
  // @ts-expect-error -- no such way of waiting
  MessageQueue.open('/q', { wait: 'spin' });
  // @ts-expect-error -- waitFor creates none
  await MessageQueue.waitFor('/q', { create: true });
  // @ts-expect-error -- a number is no bytes
  await queue.send(1);
  // @ts-expect-error -- it does not wait
  queue.trySend('text', { timeout: 1 });
  // @ts-expect-error -- 'message' brings a Message
  queue.on('message', (line: string) => line.length);
  // @ts-expect-error -- priorities are told, not changed
  new Message(Buffer.alloc(0)).priority = 1;
}

export function errors(error: unknown): void {
  if (error instanceof InvalidMessageError) expectType<Message>()(error.received);
  if (error instanceof MessageQueueError) expectType<string>()(error.code);
  if (error instanceof AbortError) {
    const code: 'ABORT_ERR' = error.code;
    void code;
    expectType<number | undefined>()(error.sent);
  }
}

export async function streams(queue: MessageQueue): Promise<void> {
  const lines = createReadStream('/q', { codec: cstring });
  expectType<QueueReadable<string>>()(lines);
  expectType<string | null>()(lines.read());
  lines.once('undelivered', (messages) => expectType<Message[]>()(messages));
  const half: DecodingCodec<Job> = { decode: () => ({ id: 1 }) };
  expectType<QueueReadable<Job>>()(queue.createReadStream({ codec: half }));
  // @ts-expect-error -- half a codec cannot encode
  queue.createWriteStream({ codec: half });

  const pairs = createWriteStream('/q', { codec: json<Job>(), withPriority: true });
  expectType<QueueWritable<Message | WithPriority<Job>>>()(pairs);
  pairs.write({ value: { id: 1 }, priority: 3 });
  // @ts-expect-error -- with withPriority a value has its priority
  pairs.write({ id: 1 });
  // @ts-expect-error -- the value is no Job
  pairs.end({ value: { id: '1' }, priority: 3 });
  createWriteStream('/q', {
    codec: json<Job>(),
    priority(job) {
      expectType<Job>()(job);
      return job.id;
    },
  });

  const both: Codec<number, string> = { encode: () => Buffer.alloc(1), decode: String };
  const channel = createDuplex({ readable: '/a', writable: queue, codec: both });
  expectType<QueueDuplex<Message | number, string>>()(channel);
  expectType<string | null>()(channel.read());
  channel.write(1);
  // @ts-expect-error -- no number
  channel.write({});
  // @ts-expect-error -- the other queue is needed
  createDuplex({ readable: '/a', codec: text });

  for await (const { value, priority } of createReadStream('/q', {
    codec: raw,
    withPriority: true,
  })) {
    expectType<Buffer>()(value);
    expectType<number>()(priority);
  }
}
