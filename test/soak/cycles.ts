import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import type { Row } from './row.js';
import { growth, resources } from './resources.js';

async function cycle(name: string, number: number): Promise<void> {
  const queue = MessageQueue.open(name, { wait: number % 2 === 0 ? 'worker' : 'loop' });
  if (number % 4 === 0) queue.trySend('x');
  if (number % 4 === 1) queue.tryReceive();
  // A wait that is cut off by close().
  const waiting = number % 8 > 5 ? queue.receive().catch(() => undefined) : undefined;
  if (number % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
  await queue.close();
  await waiting;
}

/** Opens and closes a queue again and again, at each with something done in between. */
export async function cycles(count: number): Promise<Row[]> {
  const name = temporaryName();
  const keeper = MessageQueue.open(name, { create: true, maxMessages: 4, maxMessageSize: 16 });
  const warmUp = Math.ceil(count / 10);
  for (let number = 0; number < warmUp; number += 1) await cycle(name, number);
  const before = resources();
  for (let number = warmUp; number < count; number += 1) await cycle(name, number);
  const after = resources();
  await keeper.close();
  MessageQueue.unlink(name);
  return [{ what: `${count} open and close`, before, after, problems: growth(before, after) }];
}
