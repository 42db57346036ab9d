import { strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { MessageQueue } from 'posix-mqueue';

const sizes = { create: true, maxMessages: 1, maxMessageSize: 64 };

if (isMainThread) {
  const names = [`/mq-threads-a-${process.pid}`, `/mq-threads-b-${process.pid}`];
  const [requests, responses] = names.map((name) => MessageQueue.open(name, sizes));
  const worker = new Worker(new URL(import.meta.url), { workerData: names });
  const exit = once(worker, 'exit');
  await requests.send('hello');
  strictEqual((await responses.receive({ timeout: 20_000 })).text(), 'hello from the thread');
  strictEqual((await exit)[0], 0);
  await Promise.all([requests.close(), responses.close()]);
  names.forEach((name) => MessageQueue.unlink(name));
  console.log('sent and received');
} else {
  const [requests, responses] = workerData.map((name) => MessageQueue.open(name, sizes));
  const message = await requests.receive({ timeout: 20_000 });
  await responses.send(`${message.text()} from the thread`);
  await Promise.all([requests.close(), responses.close()]);
}
