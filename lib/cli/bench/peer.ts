// The other side of `mqueue bench`, in a process of its own: peer FROM TO COUNT. Answers COUNT messages, and sends as many.

import { MessageQueue } from '../../index.js';

const [from = '', to = '', count = ''] = process.argv.slice(2);
await using source = MessageQueue.open(from, { access: 'read' });
await using sink = MessageQueue.open(to, { access: 'write' });
process.send?.('ready');
for (let left = Number(count); left > 0; left -= 1) {
  const { data } = await source.receive();
  await sink.send(data);
}
const body = Buffer.alloc(sink.maxMessageSize);
for (let left = Number(count); left > 0; left -= 1) {
  if (!sink.trySend(body)) await sink.send(body);
}
