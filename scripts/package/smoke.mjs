// What a user does first: a message there and back, once without waiting and once by each way of waiting.
import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';

const name = `/mq-smoke-${process.pid}`;
const exclusive = { create: true, exclusive: true, maxMessages: 2, maxMessageSize: 64 };

for (const wait of ['auto', 'worker', 'loop']) {
  const queue = MessageQueue.open(name, { ...exclusive, wait });
  try {
    await queue.send('hello', { priority: 7 });
    const { data, priority } = await queue.receive({ timeout: 10_000 });
    assert.deepEqual([data.toString(), priority], ['hello', 7]);
    const late = queue.receive({ timeout: 10_000 });
    setTimeout(() => queue.trySend('late'), 20);
    assert.equal((await late).text(), 'late');
  } finally {
    MessageQueue.unlink(name);
    await queue.close();
  }
}
console.log(`sent and received on ${process.arch}, Node.js ${process.version}`);
