// What a program uses that is bundled: each entry that has no other packages behind it.
import { MessageQueue, text } from 'posix-mqueue';
import { describeQueues } from 'posix-mqueue/inspect';
import { RpcHost } from 'posix-mqueue/rpc';
import { fromQueue } from 'posix-mqueue/rxjs';
import { Host } from 'posix-mqueue/service';
import { firstValueFrom } from 'rxjs';

const name = `/mq-bundled-${process.pid}`;

// CommonJS has no await outside functions.
async function main() {
  const queue = MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 64 });
  MessageQueue.unlink(name);
  const first = firstValueFrom(fromQueue(queue, { codec: text }));
  setTimeout(() => queue.trySend('sent and received'), 20);
  console.log(await first);
  await queue.close();
  for (const each of [describeQueues, RpcHost, Host]) {
    if (typeof each !== 'function') throw new Error('an entry is empty');
  }
}

void main();
