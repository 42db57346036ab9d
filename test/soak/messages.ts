import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import type { Row } from './row.js';
import { growth, resources, type Resources } from './resources.js';

/** Sends so many messages through a Writable and takes them from a Readable, in one process. */
export async function messages(count: number): Promise<Row[]> {
  const name = temporaryName();
  const queue = MessageQueue.open(name, { create: true, maxMessages: 10, maxMessageSize: 64 });
  const reader = queue.createReadStream({ highWaterMark: 64 });
  const warmUp = Math.ceil(count / 10);
  let before: Resources | undefined;
  let taken = 0;
  let wrong = 0;
  const counting = new Writable({
    objectMode: true,
    write(data: Buffer, _, done) {
      if (data.readUInt32LE() !== taken) wrong += 1;
      taken += 1;
      if (taken === warmUp) before = resources();
      if (taken === count) reader.stop();
      done();
    },
  });
  const writer = queue.createWriteStream();
  const receiving = pipeline(reader, counting);
  for (let number = 0; number < count; number += 1) {
    const data = Buffer.allocUnsafe(64);
    data.writeUInt32LE(number);
    if (!writer.write(data)) await new Promise((resolve) => writer.once('drain', resolve));
  }
  writer.end();
  await receiving;
  const after = resources();
  await queue.close();
  MessageQueue.unlink(name);
  const problems = growth(before ?? after, after);
  if (wrong > 0) problems.push(`${wrong} messages out of order`);
  return [{ what: `${count} messages`, before: before ?? after, after, problems }];
}
