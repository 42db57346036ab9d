// Pipes a queue into a gzip file, until SIGINT or SIGTERM.
//
//   node out/examples/gzip.js QUEUE FILE
//
// gzip and the file have buffers of their own. Nothing in them is lost here, because the program
// never destroys the pipeline: stop() takes no more messages and lets what was taken run through.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createReadStream } from 'posix-mqueue';
import { report, terminationSignal } from './signals.js';

const [queue, file] = process.argv.slice(2);

async function main(): Promise<void> {
  if (queue === undefined || file === undefined) throw new Error('usage: gzip QUEUE FILE');
  const messages = createReadStream(queue, { create: true });
  terminationSignal().addEventListener('abort', () => messages.stop());
  console.log(`Writing queue ${queue} to ${file}`);
  await pipeline(messages, createGzip(), createWriteStream(file));
}

main().catch(report);
