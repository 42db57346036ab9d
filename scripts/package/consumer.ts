// A TypeScript project of a user: it is compiled, and not run.
import {
  createReadStream,
  createWriteStream,
  json,
  MessageQueue,
  text,
  type Message,
} from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { Host, Worker } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';

interface Job {
  id: number;
}

const queue = MessageQueue.open('/jobs', { create: true });
const message: Message = await queue.receive({ timeout: 1000 });
// Were Buffer unknown, all of it would be any, and this no error.
// @ts-expect-error -- data is a Buffer
const bytes: number = message.data;
for await (const { priority } of queue) priority.toFixed();

createReadStream('/jobs', { codec: text }).on('data', (line: string) => line.length);
createWriteStream('/jobs', { codec: json<Job>() }).write({ id: 1 });
fromQueue('/jobs', { codec: json<Job>() }).subscribe(({ id }) => id.toFixed());
consumeQueue('/jobs', (data) => data.toString(), { concurrency: 2 }).pipe(toQueue('/done'));

const transport = new MemoryTransport();
export const host = new Host({ requests: '/a', responses: '/b', codec: text, transport });
export const remote: Host = new Host({
  requests: '/a',
  responses: '/b',
  transport: new AmqpTransport({ urls: 'amqp://127.0.0.1' }),
});
export const worker = new Worker({ requests: '/a', codec: text }, (line) => line.repeat(bytes));
export const temporary: MessageQueue = temporaryQueue();
