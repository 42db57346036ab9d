// The receiving and the pinging side with posix-mqueue; prints what peer.c prints.
//
//   ours receive QUEUE COUNT OPTIONS      ours ping OUT IN COUNT OPTIONS

import { MessageQueue } from 'posix-mqueue';

const [role, ...rest] = process.argv.slice(2);
const options = JSON.parse(rest.pop());
const count = Number(rest.pop());

function seconds(start) {
  console.log(((performance.now() - start) / 1000).toFixed(9));
}

if (role === 'receive') {
  const queue = MessageQueue.open(rest[0], { access: 'read', ...options });
  const stream = queue.createReadStream({ highWaterMark: 64 });
  let received = 0;
  let start = 0;
  stream.on('data', () => {
    received += 1;
    if (received === 1) start = performance.now();
    if (received < count) return;
    seconds(start);
    void queue.close();
  });
} else {
  const out = MessageQueue.open(rest[0], { access: 'write', ...options });
  const back = MessageQueue.open(rest[1], { access: 'read', ...options });
  const message = Buffer.alloc(64);
  await out.send(message);
  await back.receive();
  const start = performance.now();
  for (let index = 1; index < count; index += 1) {
    await out.send(message);
    await back.receive();
  }
  seconds(start);
  await Promise.all([out.close(), back.close()]);
}
