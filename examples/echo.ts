// A worker as one pipeline: channel, transform, channel. Answers each message with itself in capitals,
// until SIGINT or SIGTERM.
//
//   node out/examples/echo.js REQUESTS RESPONSES
//
// Ended by stop(), it loses nothing. If it fails, what the transform holds is lost: one message at
// the most, because its highWaterMark is 0.

import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDuplex, text } from 'posix-mqueue';
import { OwnQueue } from './own-queue.js';
import { report, terminationSignal } from './signals.js';

const [requests = '/echo_requests', responses = '/echo_responses'] = process.argv.slice(2);

const SIZES = { maxMessages: 4, maxMessageSize: 512 };

async function main(): Promise<void> {
  await using incoming = new OwnQueue(requests, SIZES);
  await using outgoing = new OwnQueue(responses, SIZES);
  const channel = createDuplex({
    readable: incoming.queue,
    writable: outgoing.queue,
    codec: text,
    writableHighWaterMark: 0,
  });
  terminationSignal().addEventListener('abort', () => channel.stop());
  const capitals = new Transform({
    objectMode: true,
    highWaterMark: 0,
    transform(request: string, _, callback) {
      callback(null, request.toUpperCase());
    },
  });
  console.log(`Answering ${requests} on ${responses}`);
  await pipeline(channel, capitals, channel);
}

main().catch(report);
