// What the original programs do once their payloads are larger than a message: the payload lies at the beginning of a
// shared memory, and the message is its length as decimal text. The memory has neither a header nor a lock, so there
// is one message under way at a time, and each side reads before it writes.
//
//   node out/examples/shared-memory.js worker [requests [responses [memory]]]
//   node out/examples/shared-memory.js host   [requests [responses [memory [file]]]]

import fs from 'node:fs';
import { join } from 'node:path';
import { text } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { failureOf, runUntilTold } from './forked.js';
import { report, terminationSignal } from './signals.js';

const PAGE = 4096;
const { O_CREAT, O_NOFOLLOW, O_RDWR } = fs.constants;

const [role = 'host', ...given] = process.argv.slice(2);
const [requests = '/mq_queue_host', responses = '/mq_queue_worker'] = given;
const [, , memory = '/sm_services', file = process.argv[1] ?? ''] = given;

/** What shm_open(3) gives is a file. It is opened each time, as the other side may have made another one. */
function inMemory<T>(use: (fd: number) => T): T {
  const fd = fs.openSync(join('/dev/shm', memory), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    return use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** @returns the message that tells of it */
function put(payload: Buffer): string {
  return inMemory((fd) => {
    const size = Math.max(1, Math.ceil(payload.length / PAGE)) * PAGE;
    // It only grows: to a program that has mapped the end of it, a shorter one would be a SIGBUS.
    if (fs.fstatSync(fd).size < size) fs.ftruncateSync(fd, size);
    for (let at = 0; at < payload.length;) at += fs.writeSync(fd, payload, at, undefined, at);
    return String(payload.length);
  });
}

/** @throws Error for a message that tells of no payload */
function take(message: string): Buffer {
  return inMemory((fd) => {
    const { size } = fs.fstatSync(fd);
    const length = /^\d{1,10}\0?$/.test(message) ? parseInt(message, 10) : NaN;
    if (!(length <= size)) throw new Error(`'${message}' is no length within ${size} bytes`);
    const payload = Buffer.alloc(length);
    for (let at = 0; at < length;) at += fs.readSync(fd, payload, at, length - at, at);
    return payload;
  });
}

function work(message: string): string {
  const request = take(message);
  console.log(`Received ${request.length} bytes`);
  return put(Buffer.concat([request, Buffer.from(' processed')]));
}

async function ask(): Promise<void> {
  const host = new Host({ requests, responses, codec: text });
  const signal = terminationSignal();
  try {
    await host.send(put(fs.readFileSync(file)), { signal });
    process.stdout.write(take(await host.receive({ signal })));
  } finally {
    await host.close();
    fs.unlinkSync(join('/dev/shm', memory));
  }
}

if (role === 'host') {
  ask().catch(report);
} else {
  const options = { requests, responses, codec: text, onFailure: failureOf };
  await runUntilTold(new Worker(options, work), []);
}
