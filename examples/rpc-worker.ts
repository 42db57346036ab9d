// The worker of killed-hashes and http-primes. What it has in hand when it is killed comes again, to another worker.
//
//   node out/examples/rpc-worker.js requests

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { json } from 'posix-mqueue';
import { RpcWorker } from 'posix-mqueue/rpc';
import { runUntilTold } from './forked.js';
import type { Digest } from './sha256-folder.js';

/** From the first number to before the second. */
export type Range = [from: number, to: number];

async function sha256(path: string): Promise<Digest> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return { path, hash: hash.digest('hex') };
  } catch (error) {
    return { path, error: (error as Error).message };
  }
}

function primes([from, to]: Range): number {
  let count = 0;
  for (let number = Math.max(2, from); number < to; number += 1) if (isPrime(number)) count += 1;
  return count;
}

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor += 1) {
    if (number % factor === 0) return false;
  }
  return true;
}

const handlers = { sha256, primes };
export type Handlers = typeof handlers;

const [requests = ''] = process.argv.slice(2);
// However often workers are killed: it is not the fault of what they had in hand.
const options = { requests, codec: json, redelivery: true, maxAttempts: 65_535 };
await runUntilTold(new RpcWorker(options, handlers), [requests]);
