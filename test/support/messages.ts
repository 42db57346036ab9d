import type { Message, MessageQueue } from 'posix-mqueue';

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

/** What is there, until nothing is: held messages first. */
export function* untilEmpty(queue: MessageQueue): Generator<Message> {
  for (let next = queue.tryReceive(); next !== null; next = queue.tryReceive()) yield next;
}

/** The texts of everything that is there now. */
export function takeAll(queue: MessageQueue): string[] {
  return [...untilEmpty(queue)].map((message) => message.text());
}

/** As `takeAll`, in one string. */
export function rest(queue: MessageQueue): string {
  return takeAll(queue).join('');
}
