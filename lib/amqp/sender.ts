import type { Channel, ConfirmChannel, Options } from 'amqplib';
import { lastingController } from '../base/abort-listener.js';
import { toBytes } from '../base/bytes.js';
import { AbortError, closedError, missingQueueError, tooLargeError } from '../base/errors.js';
import { isPriority } from '../base/options.js';
import { setTimeout } from '../base/timers.js';
import { orAbort } from '../service/or-abort.js';
import type { Sender, SendProperties } from '../transport/transport.js';
import type { Link } from './link.js';
import { failureOf, isLost, pause } from './lost.js';
import { publishOptions, type Manner } from './message.js';

const SYSCALL = 'mq_timedsend';
/** Milliseconds until it is looked whether somebody has made the queue anew. */
const LOOK_AGAIN = 250;
/** Milliseconds that an answer is waited for whose message nobody waits for any more. */
const GRACE = 500;

/** What the broker says of a message. */
type Answer = 'taken' | 'full' | 'missing' | 'lost';

/** What a sender needs of its transport. */
export interface SenderHome {
  readonly link: Link;
  readonly manner: Manner;
  /** Bytes. */
  readonly maxMessageSize: number;
  /** Whether a message that no queue takes comes back. */
  readonly mandatory: boolean;
  /** Whether it goes on with another queue that gets the name. */
  readonly follows: boolean;
  /** Has the queue be there: it may have gone with the broker. */
  readonly prepare: (channel: Channel, isFirst: boolean) => Promise<void>;
  readonly closed: () => void;
}

/**
 * Sends to one queue of a broker: a message after the other, each confirmed before the next, because only so the order stays
 * where one is refused for want of room.
 */
export class AmqpSender implements Sender {
  readonly #name: string;
  readonly #home: SenderHome;
  readonly #closing = lastingController();
  #channel: Promise<ConfirmChannel> | undefined;
  /** Once it is open, until it is lost. */
  #ready: ConfirmChannel | undefined;
  #wasOpen = false;
  #refusal: Error | undefined;
  /** The answer to the message that is under way. */
  #answered: ((answer: Answer, messageId?: string) => void) | undefined;
  /** The end of what is under way, and of what waits for that. */
  #last: Promise<void> | undefined;

  constructor(name: string, home: SenderHome) {
    this.#name = name;
    this.#home = home;
  }

  async send(body: Uint8Array, properties: SendProperties = {}): Promise<void> {
    return this.#sendAs(body, properties, 0);
  }

  /** Once more, for what `attempts` receivers had already. */
  async resend(body: Buffer, properties: SendProperties, attempts: number): Promise<void> {
    return this.#sendAs(body, properties, attempts);
  }

  /** As `resend`, without waiting for room: false where there is none. */
  async tryResend(body: Buffer, properties: SendProperties, attempts: number): Promise<boolean> {
    const { signal, ...given } = properties;
    const { manner, mandatory } = this.#home;
    const options = { ...publishOptions(given, manner, attempts), mandatory };
    const publish = async (): Promise<boolean> =>
      (await this.#publish(body, options, signal)) === 'taken';
    return this.#inTurn(publish, signal);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const channel = await this.#channel?.catch(() => undefined);
    await channel?.close().catch(() => undefined);
    this.#home.closed();
  }

  async #sendAs(body: Uint8Array, properties: SendProperties, attempts: number): Promise<void> {
    const { signal, ...given } = properties;
    const { maxMessageSize, manner, mandatory } = this.#home;
    if (this.#closing.signal.aborted) throw closedError(this.#name, SYSCALL);
    if (signal?.aborted === true) throw new AbortError(signal.reason, this.#name);
    isPriority('priority', given.priority ?? 0);
    const bytes = Buffer.from(toBytes(body, 'body'));
    if (bytes.length > maxMessageSize)
      throw tooLargeError(this.#name, bytes.length, maxMessageSize);
    const options = { ...publishOptions(given, manner, attempts), mandatory };
    await this.#inTurn(() => this.#untilTaken(bytes, options, signal), signal);
  }

  /** Whoever gives up while others are under way leaves the line at once. */
  async #inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    let done: () => void = () => undefined;
    const last = new Promise<void>((resolve) => (done = resolve));
    this.#last = last;
    if (before !== undefined) {
      try {
        await this.#orEnd(before, signal);
      } catch (error) {
        // Those behind still wait for those before.
        void before.then(done);
        throw error;
      }
    }
    try {
      return await work();
    } finally {
      if (this.#last === last) this.#last = undefined;
      done();
    }
  }

  async #untilTaken(body: Buffer, options: Options.Publish, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const answer = await this.#publish(body, options, signal);
      if (answer === 'taken') return;
      this.#throwRefusal();
      const isMissing = answer === 'missing';
      if (isMissing && !this.#home.follows) throw missingQueueError(this.#name, SYSCALL);
      await this.#orEnd(isMissing ? pause(LOOK_AGAIN) : pause(), signal);
    }
  }

  async #publish(
    body: Buffer,
    options: Options.Publish,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    let answer: Promise<Answer>;
    try {
      const channel = this.#ready ?? (await this.#orEnd(this.#open(), signal));
      answer = this.#publishBy(channel, body, options);
    } catch (error) {
      if (isLost(error)) {
        this.#forget();
        return 'lost';
      }
      throw failureOf(error, this.#name, SYSCALL);
    }
    return this.#answerOf(answer, signal);
  }

  /** What the broker refuses, such as for want of a permission, it would refuse again. */
  #throwRefusal(): void {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
  }

  #publishBy(channel: ConfirmChannel, body: Buffer, options: Options.Publish): Promise<Answer> {
    return new Promise<Answer>((resolve) => {
      const { messageId } = options;
      this.#answered = (answer, id = messageId) => {
        // A message that was given up may come back late.
        if (id === messageId) resolve(answer);
      };
      channel.publish('', this.#name, body, options, (error: unknown) => {
        resolve(error === null || error === undefined ? 'taken' : 'full');
      });
    });
  }

  /** Who gives up is to know whether it was sent, if the broker says that in a moment. */
  async #answerOf(answer: Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    try {
      return await this.#orEnd(answer, signal);
    } catch (error) {
      // It takes nothing for now: nobody knows whether it will take this one.
      if (this.#closing.signal.aborted || this.#home.link.state !== 'connected') throw error;
      const late = await Promise.race([answer, this.#orEnd(grace(), undefined)]);
      if (late === undefined) throw error;
      return late;
    }
  }

  #open(): Promise<ConfirmChannel> {
    this.#channel ??= this.#openChannel().catch((error: unknown) => {
      this.#channel = undefined;
      throw error;
    });
    return this.#channel;
  }

  async #openChannel(): Promise<ConfirmChannel> {
    const connection = await this.#home.link.ready(this.#name, this.#closing.signal);
    const channel = await connection.createConfirmChannel();
    // An old one may tell of its end when there is a new one.
    channel.on('error', (error: unknown) => {
      if (!isLost(error)) this.#refusal = failureOf(error, this.#name, SYSCALL);
    });
    const lost = (): void => {
      if (this.#ready !== channel) return;
      this.#forget();
      this.#answered?.('lost');
    };
    channel.on('error', lost);
    channel.on('close', lost);
    // Before its confirmation.
    channel.on('return', ({ properties }) => this.#answered?.('missing', properties.messageId));
    await this.#home.prepare(channel, !this.#wasOpen);
    this.#wasOpen = true;
    this.#ready = channel;
    return channel;
  }

  /** The next message opens another one. */
  #forget(): void {
    this.#ready = undefined;
    this.#channel = undefined;
  }

  /** What it brings, unless `signal` is aborted or the sender is closed before. */
  async #orEnd<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const closing = this.#closing.signal;
    try {
      // One signal of both would be kept by the one that lasts, for each message.
      const unlessClosed = orAbort(promise, closing, this.#name);
      return await (signal === undefined
        ? unlessClosed
        : orAbort(unlessClosed, signal, this.#name));
    } catch (error) {
      if (signal?.aborted === true) throw new AbortError(signal.reason, this.#name);
      if (closing.aborted) throw closedError(this.#name, SYSCALL);
      throw error;
    }
  }
}

function grace(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, GRACE, undefined);
  });
}
