const { strictEqual } = require('node:assert');
const { MessageQueue } = require('posix-mqueue');

const name = `/mq-required-${process.pid}`;
const queue = MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 64 });
MessageQueue.unlink(name);
queue.trySend('hello');
strictEqual(queue.tryReceive().text(), 'hello');
setTimeout(() => queue.trySend('late'), 20);
void queue.receive({ timeout: 10_000 }).then(async (message) => {
  strictEqual(message.text(), 'late');
  await queue.close();
  console.log('sent and received');
});
