import { json, MessageQueue, type Message } from 'posix-mqueue';
import { fromQueue } from 'posix-mqueue/rxjs';
import { firstValueFrom } from 'rxjs';

interface Job {
  id: number;
}

const name: string = `/mq-stripped-${process.pid}`;
const queue: MessageQueue = MessageQueue.open(name, {
  create: true,
  maxMessages: 2,
  maxMessageSize: 64,
});
MessageQueue.unlink(name);
queue.trySend('{"id":1}');
const message: Message | null = queue.tryReceive();
if (message?.text() !== '{"id":1}') throw new Error('nothing came back');
queue.trySend('{"id":2}');
const { id } = await firstValueFrom(fromQueue(queue, { codec: json<Job>() }));
if (id !== 2) throw new Error(`${id} came back`);
await queue.close();
console.log('sent and received');
