// Pipes a queue into a gzip file, until SIGINT or SIGTERM: one line of JSON for each message, with its
// priority and its text, or its bytes in base64 where they are no text.
//
//   node out/examples/gzip.js QUEUE FILE
//   zcat FILE | jq .text
//
// gzip and the file have buffers of their own. Nothing in them is lost here, because the program
// never destroys the pipeline: stop() takes no more messages and lets what was taken run through.

import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { OwnQueue } from './own-queue.js';
import { report, terminationSignal } from './signals.js';

const [name, file] = process.argv.slice(2);

interface Received {
  value: Buffer;
  priority: number;
}

function line({ value, priority }: Received): string {
  const content = isUtf8(value) ? { text: value.toString() } : { base64: value.toString('base64') };
  return `${JSON.stringify({ priority, ...content })}\n`;
}

async function main(): Promise<void> {
  if (name === undefined || file === undefined) throw new Error('usage: gzip QUEUE FILE');
  await using own = new OwnQueue(name);
  const messages = own.queue.createReadStream({ withPriority: true });
  terminationSignal().addEventListener('abort', () => messages.stop());
  console.log(`Writing queue ${name} to ${file}`);
  await pipeline(
    messages,
    async function* (received: AsyncIterable<Received>) {
      for await (const each of received) yield line(each);
    },
    createGzip(),
    createWriteStream(file),
  );
}

main().catch(report);
