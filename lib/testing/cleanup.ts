import { MessageQueue } from '../queue.js';

/** Knows which temporary queues are there, and when they are to go. */
class Cleanup {
  readonly #ofTest = new Set<MessageQueue>();
  readonly #ofRun = new Set<MessageQueue>();
  #inTest = false;

  add(queue: MessageQueue): void {
    (this.#inTest ? this.#ofTest : this.#ofRun).add(queue);
  }

  beginTest(): void {
    this.#inTest = true;
  }

  async endTest(): Promise<void> {
    this.#inTest = false;
    await closeAll(this.#ofTest);
  }

  async endRun(): Promise<void> {
    await closeAll(this.#ofTest);
    await closeAll(this.#ofRun);
  }

  /** For the end of the process, where nothing can be awaited. */
  unlinkAll(): void {
    for (const { name } of [...this.#ofTest, ...this.#ofRun]) unlink(name);
  }
}

async function closeAll(queues: Set<MessageQueue>): Promise<void> {
  for (const queue of queues) {
    queues.delete(queue);
    unlink(queue.name);
    await queue.close();
  }
}

function unlink(name: string): void {
  try {
    MessageQueue.unlink(name);
  } catch (error) {
    // The test has unlinked it itself.
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
}

export const cleanup: Cleanup = new Cleanup();
