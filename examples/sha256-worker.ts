// A worker of sha256-folder: answers the path of a file with its SHA-256.
//
//   node out/examples/sha256-worker.js requests responses

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { json } from 'posix-mqueue';
import { Worker } from 'posix-mqueue/service';
import { failureOf, runUntilTold } from './forked.js';
import type { Digest } from './sha256-folder.js';

const [requests = '', responses = ''] = process.argv.slice(2);

async function digest(path: string): Promise<Digest> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return { path, hash: hash.digest('hex') };
  } catch (error) {
    return { path, error: (error as Error).message };
  }
}

const answerFailure = (error: unknown, request: unknown): Digest => ({
  // A request that could not be decoded names no file.
  path: typeof request === 'string' ? request : '',
  error: failureOf(error),
});

const worker = new Worker({ requests, responses, codec: json, onFailure: answerFailure }, (path) =>
  digest(path as string),
);
await runUntilTold(worker, [requests, responses]);
