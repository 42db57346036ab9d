import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { MessageQueue, type Message } from '../../index.js';
import { toJson } from './json-message.js';
import { counted, notice } from '../base/notice.js';

/** Milliseconds to wait for room, which other receivers may make. */
const PATIENCE = 250;

/** Puts messages that were taken and not printed back into their queue; into a file where there is no room. */
export async function putBack(name: string, messages: readonly Message[]): Promise<void> {
  if (messages.length === 0) return;
  const back = await send(name, messages);
  if (back > 0) notice(`${counted(back)} that standard output did not take went back into ${name}`);
  if (back < messages.length) keep(name, messages.slice(back));
}

/** How many of them have gone. */
async function send(name: string, messages: readonly Message[]): Promise<number> {
  const end = performance.now() + PATIENCE;
  let sent = 0;
  try {
    await using queue = MessageQueue.open(name, { access: 'write' });
    for (const message of messages) {
      await queue.send(message, { timeout: Math.max(0, end - performance.now()) });
      sent += 1;
    }
  } catch {
    // Whatever it was, a file keeps the others.
  }
  return sent;
}

function keep(name: string, messages: readonly Message[]): void {
  const path = join(tmpdir(), `mqueue-${randomUUID()}.jsonl`);
  const lines = messages.map((message) => `${toJson(message)}\n`);
  try {
    writeFileSync(path, lines.join(''), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    notice(
      `${counted(messages.length)} could not go back into ${name}, nor be kept: ${(error as Error).message}. They are lost`,
    );
    return;
  }
  const command = `mqueue send ${quoted(name)} --format json < ${quoted(path)}`;
  notice(
    `${counted(messages.length)} that standard output did not take could not go back into ${name}. Send them later: ${command}`,
  );
}

/** As a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
