import { randomBytes } from 'node:crypto';
import { codeOf } from '../base/code-of.js';
import type { Receiver, ReceiverOptions, Transport } from '../transport/transport.js';
import { doAll } from '../service/do-all.js';
import { drop } from '../service/left-over.js';
import { atEnd } from './at-end.js';

const PREFIX = '/mq-reply-';
const RANDOM = 8;
const WORD = 4;

/** The queue for the replies to one host: nobody else's, and gone with it. */
export class OwnQueue {
  readonly name: string;
  /** What is random about its name, for the ids: its beginning. */
  readonly word: string;
  readonly receiver: Receiver;
  readonly #transport: Transport;
  readonly #forget: () => void;

  private constructor(transport: Transport, name: string, receiver: Receiver) {
    this.#transport = transport;
    this.name = name;
    this.word = name.slice(PREFIX.length, PREFIX.length + WORD);
    this.receiver = receiver;
    this.#forget = atEnd(() => {
      // Done at once where it is the kernel's; elsewhere the queue is gone with the process or its connection.
      void this.#unlink().catch(() => undefined);
    });
  }

  static async create(
    transport: Transport,
    given: Pick<ReceiverOptions, 'maxMessages' | 'maxMessageSize' | 'signal'>,
  ): Promise<OwnQueue> {
    // Nobody is to know it beforehand: any user can create a queue, and wait for replies there.
    const name = PREFIX + randomBytes(RANDOM).toString('hex');
    const options = { ...given, create: true, exclusive: true, follow: false, private: true };
    return new OwnQueue(transport, name, await transport.openReceiver(name, options));
  }

  async close(): Promise<void> {
    this.#forget();
    // Unlinked first: a worker that finds it gone has nothing to wait for.
    await doAll([() => this.#unlink(), () => this.receiver.close(drop)]);
  }

  async #unlink(): Promise<void> {
    try {
      await this.#transport.unlink(this.name);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}
