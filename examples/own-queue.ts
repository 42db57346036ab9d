import { MessageQueue, type OpenOptions } from 'posix-mqueue';

/** A queue that a program uses until it ends, and removes then if it was the program that made it. */
export class OwnQueue {
  readonly queue: MessageQueue;
  readonly #created: boolean;

  constructor(name: string, options: OpenOptions = {}) {
    let created: MessageQueue | undefined;
    try {
      created = MessageQueue.open(name, { ...options, create: true, exclusive: true });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    }
    this.#created = created !== undefined;
    this.queue = created ?? MessageQueue.open(name, { ...options, create: true });
  }

  /** Closes it. With messages in it, it stays for who reads them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { name, currentMessages } = this.queue;
    await this.queue[Symbol.asyncDispose]();
    if (!this.#created) return;
    if (currentMessages === 0) MessageQueue.unlink(name);
    else console.error(`Queue ${name} stays: ${currentMessages} messages are in it`);
  }
}
