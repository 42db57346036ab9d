// Makes the pictures of the command in docs/, from real runs in an IPC namespace of their own (unshare(1), as root):
//   npm run build && npm ci --prefix docs && node docs/pictures/make.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { json, MessageQueue, text } from '../../dist/index.js';
import { Host, Worker } from '../../dist/service.js';
import { Terminal } from './terminal.mjs';

const self = fileURLToPath(import.meta.url);
const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const mqueue = `${process.execPath} ${command}`;

function save(name, terminal, title) {
  writeFileSync(fileURLToPath(new URL(`${name}.svg`, import.meta.url)), terminal.svg(title));
}

/** Some queues with something going on in them. */
async function top() {
  const sizes = { maxMessages: 10, maxMessageSize: 512 };
  const names = { requests: '/thumbnails', responses: '/thumbnails-done' };
  const worker = new Worker({ ...names, ...sizes, codec: text }, async (task) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return task;
  });
  const host = new Host({ ...names, ...sizes, codec: text });
  const running = worker.run();
  host.responses$.subscribe({ error: () => undefined });
  const sending = setInterval(() => void host.send('photo.jpg').catch(() => undefined), 50);
  const full = MessageQueue.open('/audit', { create: true, ...sizes });
  while (full.trySend('event'));
  const idle = MessageQueue.open('/mail', { create: true, maxMessages: 5, wait: 'worker' });
  const receiving = idle.receive().catch(() => undefined);
  const terminal = new Terminal(`${mqueue} top`, { rows: 8 });
  await terminal.shows(/4 of 4 queues/u);
  for (const key of ['i', 'f']) {
    terminal.type(key);
    await terminal.shows(new RegExp(`${key}:\\[`, 'u'));
  }
  await new Promise((resolve) => setTimeout(resolve, 2500));
  save('top', terminal, 'mqueue top');
  terminal.type('q');
  await terminal.end();
  clearInterval(sending);
  await Promise.all([worker.close(), host.close(), full.close(), idle.close(), receiving]);
  await running;
}

/** A long file on its way. */
async function send() {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  const queue = MessageQueue.open('/jobs', { create: true, maxMessages: 10, maxMessageSize: 512 });
  let taken = 0;
  const half = 250_000;
  const lines = Array.from({ length: 2 * half }, (_, index) => json.encode({ task: index }));
  writeFileSync(join(folder, 'jobs.ndjson'), lines.join('\n') + '\n');
  const typed = "printf '$ mqueue send jobs < jobs.ndjson\\n'";
  const terminal = new Terminal(`cd ${folder}; ${typed}; ${mqueue} send jobs < jobs.ndjson`, {
    rows: 3,
  });
  while (taken < half) {
    await queue.receive();
    taken += 1;
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  save('send', terminal, 'mqueue send with its progress bar');
  while (taken < 2 * half) {
    await queue.receive();
    taken += 1;
  }
  await terminal.end();
  await queue.close();
  rmSync(folder, { recursive: true });
}

if (process.argv[2] === 'inside') {
  await top();
  await send();
} else {
  const inside = `mount -t mqueue none /dev/mqueue && exec ${process.execPath} ${self} inside`;
  mkdirSync('/dev/mqueue', { recursive: true });
  const { status } = spawnSync('unshare', ['--mount', '--ipc', 'sh', '-c', inside], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
