import type { MessageQueue } from 'posix-mqueue';

/** Sends these, one after the other. */
export async function fill(queue: MessageQueue, ...data: string[]): Promise<void> {
  for (const each of data) await queue.send(each);
}

/** The next `count` messages. */
export async function texts(queue: MessageQueue, count: number): Promise<string[]> {
  const received: string[] = [];
  while (received.length < count) received.push((await queue.receive()).text());
  return received;
}

/** Everything that is there now, held messages first. */
export function takeAll(queue: MessageQueue): string[] {
  const received: string[] = [];
  for (;;) {
    const message = queue.tryReceive();
    if (message === null) return received;
    received.push(message.text());
  }
}

/** As `takeAll`, in one string. */
export function rest(queue: MessageQueue): string {
  return takeAll(queue).join('');
}
