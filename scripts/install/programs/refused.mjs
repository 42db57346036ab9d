// What works without the addon, and what opening a queue says where it cannot be loaded.
import { strictEqual } from 'node:assert/strict';
import { json, MessageQueue, text } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';

strictEqual(json.decode(Buffer.from('{"id":1}')).id, 1);
const queues = { requests: '/a', responses: '/b', codec: text, transport: new MemoryTransport() };
const worker = new Worker(queues, (request) => `${request} processed`);
const running = worker.run();
const host = new Host(queues);
await host.send('task-1');
strictEqual(await host.receive({ timeout: 10_000 }), 'task-1 processed');
await worker.close();
await running;
await host.close();

try {
  MessageQueue.open('/mq-refused', { create: true });
  MessageQueue.unlink('/mq-refused');
  console.log('it was opened');
} catch ({ code, message }) {
  console.log(code, message);
}
process.exit();
