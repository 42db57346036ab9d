import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { codeOf } from '../../base/code-of.js';
import { clearTimeout, now, setTimeout } from '../../base/timers.js';
import type {
  Capabilities,
  Delivery,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
  SendProperties,
  Transport,
} from '../../transport/transport.js';

/** How the queues of the cases are made. */
export const SIZES = { create: true, maxMessages: 2, maxMessageSize: 64 } as const;

/** Of the event loop, after a timer. */
const TURNS = 3;

/** Milliseconds between two looks at what may lag behind. */
const PERIOD = 5;

interface SetupOptions {
  readonly name: () => string;
  readonly receiver: ReceiverOptions;
  readonly patience: number;
  readonly settling: number;
}

/** A transport with one queue, for one case. Whatever is opened through it is closed and unlinked at its end. */
export class Setup {
  readonly transport: Transport;
  readonly name: string;
  readonly #options: SetupOptions;
  readonly #opened: { close(): Promise<void> }[] = [];

  constructor(transport: Transport, options: SetupOptions) {
    this.transport = transport;
    this.#options = options;
    this.name = options.name();
  }

  get capabilities(): Capabilities {
    return this.transport.capabilities;
  }

  /** A name of no queue. */
  newName(): string {
    return this.#options.name();
  }

  /** Makes the queue where there is none. */
  async sender(options: SenderOptions = SIZES): Promise<Sender> {
    const sender = await this.transport.openSender(this.name, options);
    this.#opened.push(sender);
    return sender;
  }

  /** Of the queue that a sender has made. */
  async receiver(options: ReceiverOptions = {}): Promise<Receiver> {
    const opening = { ...this.#options.receiver, ...options };
    const receiver = await this.transport.openReceiver(this.name, opening);
    this.#opened.push(receiver);
    return receiver;
  }

  /** Both ends of the queue. */
  async both(): Promise<{ sender: Sender; receiver: Receiver }> {
    return { sender: await this.sender(), receiver: await this.receiver() };
  }

  send(sender: Sender, text: string, properties?: SendProperties): Promise<void> {
    return this.soon(sender.send(Buffer.from(text), properties), `'${text}' was sent`);
  }

  /** The next message, which stays in hand. */
  next(receiver: Receiver): Promise<Delivery> {
    return this.soon(receiver.next(), 'the next message came');
  }

  /** The text of the next message, of which the work is done. */
  async text(receiver: Receiver): Promise<string> {
    const delivery = await this.next(receiver);
    await this.soon(delivery.ack(), 'a message was acknowledged');
    return delivery.body.toString();
  }

  async texts(receiver: Receiver, count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push(await this.text(receiver));
    return texts;
  }

  /** Fails where a message comes, within the time that one may take. */
  async nothing(receiver: Receiver, why: string): Promise<void> {
    const controller = new AbortController();
    const next = receiver.next(controller.signal);
    const came = await this.settled(next);
    controller.abort();
    if (came) await next.then(({ body }) => assert.fail(`'${body.toString()}' came: ${why}`));
    else await assert.rejects(next, { code: 'ABORT_ERR' });
  }

  /** Whether it has settled within the time that a message may take. */
  async settled(promise: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#options.settling);
    }).then(async () => {
      // Of a process that was kept from running the timer comes before what it waited for.
      for (let turns = 0; turns < TURNS; turns += 1) await setImmediate();
      return false;
    });
    const settled = promise.then(
      () => true,
      () => true,
    );
    const result = await Promise.race([settled, over]);
    clearTimeout(timer);
    return result;
  }

  /** What it brings. Fails where that takes longer than the patience. */
  async soon<T>(promise: Promise<T>, what: string): Promise<T> {
    const { patience } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new assert.AssertionError({ message: `not within ${patience} ms: ${what}` }));
      }, patience);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks again and again until it holds. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const { patience } = this.#options;
    const since = now();
    while (!(await holds())) {
      if (now() - since > patience) assert.fail(`not within ${patience} ms: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, PERIOD));
    }
  }

  /** What is told of the queue, once it tells that so many messages wait. It may lag behind. */
  async status(messages: number): Promise<QueueStatus> {
    let status: QueueStatus | undefined;
    await this.until(async () => {
      status = await this.transport.stat(this.name);
      return status.messages === messages;
    }, `stat() told ${messages} messages`);
    return status as QueueStatus;
  }

  async end(): Promise<void> {
    for (const each of this.#opened) await this.soon(each.close(), 'close() resolved');
    await this.transport.unlink(this.name).catch((error: unknown) => {
      const code = codeOf(error);
      if (code !== 'ENOENT') throw error;
    });
  }
}
