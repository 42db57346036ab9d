import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../../support/code.js';

const POOL = 4;

describe('a thread pool that is busy with other work', () => {
  let folder: string;
  let opening: Promise<FileHandle>[];
  let writer: number;

  // Opening a FIFO for reading blocks its pool thread until somebody opens it for writing.
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mq-fifo-'));
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    opening = Array.from({ length: POOL }, () => open(fifo, 'r'));
  });

  afterEach(async () => {
    writer = openSync(join(folder, 'fifo'), 'r+');
    const files = await Promise.all(opening);
    for (const file of files) await file.close();
    closeSync(writer);
    rmSync(folder, { recursive: true });
  });

  for (const wait of ['worker', 'auto'] as const) {
    it(`keeps no message from who receives (${wait})`, async () => {
      const queue = temporaryQueue({ wait });
      const sender = MessageQueue.open(queue.name, { access: 'write' });
      for (const data of ['a', 'b', 'c']) {
        const receiving = queue.receive();
        await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
        sender.trySend(data);
        assert.equal((await receiving).text(), data);
      }
      await sender.close();
    });

    it(`keeps nobody from sending (${wait})`, async () => {
      const queue = temporaryQueue({ wait, maxMessages: 1 });
      const reader = MessageQueue.open(queue.name, { access: 'read' });
      queue.trySend('0');
      for (const data of ['1', '2', '3']) {
        const sending = queue.send(data);
        const before = Number(data) - 1;
        assert.equal((await reader.receive()).text(), String(before));
        await sending;
      }
      await reader.close();
    });

    it(`lets a receive be given up, and serves the next (${wait})`, async () => {
      const queue = temporaryQueue({ wait });
      await assert.rejects(queue.receive({ timeout: 5 }), { code: 'ETIMEDOUT' });
      const receiving = queue.receive();
      await queue.send('x');
      assert.equal((await receiving).text(), 'x');
    });
  }
});
