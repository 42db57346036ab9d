import type { Readable } from 'node:stream';
import type { Message } from '../base/message.js';
import type { Borrower, QueueCore } from '../queue/core.js';
import { Line } from '../base/line.js';
import type { Consumer } from '../queue/line/consumer.js';
import { within, presentScope, type Scope } from '../base/scope.js';
import { nextTick } from '../base/timers.js';
import type { Decoder } from '../codec/decoder.js';
import type { UntilOptions } from './options.js';

/** The reading half of a stream over a queue. */
export class ReadSide implements Consumer, Borrower {
  readonly #stream: Readable;
  readonly #core: QueueCore;
  readonly #decoder: Decoder;
  readonly #owns: boolean;
  /** The messages of the chunks that are still in the stream's buffer, oldest first. */
  readonly #unread = new Line<Message>();
  /** The batch in hand; what is before `#next` has been pushed. */
  #batch: Message[] = [];
  #next = 0;
  /** Of the first read: all events of the stream come in it. */
  scope: Scope | undefined;
  #standing = false;
  #pushing = false;
  /** Within a read of the stream itself. */
  #reading = false;
  /** The batch has an invalid message, which is dealt with after the read. */
  #deferred = false;
  #stopped = false;
  #over = false;
  #destroyed: Promise<void> | undefined;

  /** Ends the stream where it would have to wait. */
  readonly empty: (() => void) | undefined;

  constructor(
    stream: Readable,
    core: QueueCore,
    decoder: Decoder,
    owns: boolean,
    { until }: UntilOptions,
  ) {
    if (until === 'empty') {
      this.empty = () => {
        this.#standing = false;
        this.#end();
      };
    }
    this.#stream = stream;
    this.#core = core;
    this.#decoder = decoder;
    this.#owns = owns;
    if (!owns) core.borrow(this);
  }

  get want(): number {
    return Math.max(1, this.#stream.readableHighWaterMark - this.#stream.readableLength);
  }

  /** For `_read`. */
  read(): void {
    this.scope ??= presentScope();
    if (this.#standing || this.#pushing || this.#deferred || this.#stopped) return;
    // Chunks that are pushed within a read go through the stream's buffer: a flowing stream passes
    // them on at once when they come afterwards.
    if (this.#stream.readableFlowing === true) {
      this.#stand();
      return;
    }
    this.#reading = true;
    this.#take();
    this.#reading = false;
  }

  #take(): void {
    if (this.#standing) return;
    this.#standing = true;
    this.#core.receives.takeOrJoin(this);
  }

  deliver(messages: Message[]): void {
    this.#standing = false;
    this.#push(messages);
  }

  ended(): void {
    this.#standing = false;
    this.#end();
  }

  fail(error: Error): void {
    this.#standing = false;
    this.#stream.destroy(error);
  }

  /** Takes no more, and ends the stream after what it has. True when that is something. */
  stop(): boolean {
    within(this.scope, () => this.#end());
    return this.#countUnread() > 0;
  }

  #end(): void {
    if (!this.#stopped && !this.#stream.destroyed) {
      this.#stopped = true;
      const last = this.#leave() && this.#owns ? this.#core.receives.takeAll() : [];
      if (last.length > 0) this.#push(last);
      else if (!this.#pushing && !this.#deferred) this.#stream.push(null);
    }
  }

  /**
   * For `_destroy`, and before it where the stream goes on writing: resolves when everything unread is
   * held or put back, and an owned queue is closed. The stream must not give it out any more.
   */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroy();
    return this.#destroyed;
  }

  get over(): boolean {
    return this.#over;
  }

  async #destroy(): Promise<void> {
    this.#stopped = true;
    this.#over = true;
    this.#leave();
    this.#forgetRead();
    const undelivered = [...this.#unread.take(Infinity), ...this.#batch.splice(this.#next)];
    this.#batch = [];
    this.#next = 0;
    const held = this.#core.hold(undelivered);
    if (!this.#owns) {
      this.#core.release(this);
      await held;
      return;
    }
    await this.#core.close(async (messages) => {
      if (messages.length === 0) return;
      if (!this.#stream.emit('undelivered', messages)) await this.#core.putBack(messages);
    });
  }

  #leave(): boolean {
    if (!this.#standing) return false;
    this.#standing = false;
    return this.#core.receives.leave(this);
  }

  #push(messages: Message[]): void {
    const inHand = this.#batch.length - this.#next;
    this.#batch = inHand === 0 ? messages : [...this.#batch.slice(this.#next), ...messages];
    this.#next = 0;
    if (this.#pushing) return;
    this.#pushing = true;
    let pushed = 0;
    try {
      // A consumer may destroy the stream from within each push.
      while (this.#next < this.#batch.length && !this.#stream.destroyed && !this.#deferred) {
        if (this.#pushNext()) pushed += 1;
      }
    } catch (error) {
      this.#stream.destroy(error as Error);
    } finally {
      this.#pushing = false;
    }
    if (this.#over || this.#stream.destroyed || this.#deferred) return;
    if (this.#stopped) this.#stream.push(null);
    else if (pushed === 0) this.#take();
    else if (this.#flows()) this.#stand();
  }

  /** Whether it would be read from again at once: that needs no round through the stream then. */
  #flows(): boolean {
    const { readableFlowing, readableLength, readableHighWaterMark } = this.#stream;
    return readableFlowing === true && readableLength === 0 && readableHighWaterMark > 0;
  }

  #stand(): void {
    if (this.#standing) return;
    this.#standing = true;
    this.#core.receives.join(this);
  }

  #pushNext(): boolean {
    const message = this.#batch[this.#next] as Message;
    let value: unknown;
    try {
      value = this.#decoder.decode(message);
    } catch (error) {
      if (this.#over) return false;
      // Whoever is told of it may destroy the stream, which would drop the chunk of the read that
      // is under way.
      if (this.#reading) this.#defer();
      else {
        this.#next += 1;
        this.#decoder.tellInvalid(error);
      }
      return false;
    }
    // The codec may have destroyed the stream.
    if (this.#over) return false;
    this.#next += 1;
    this.#stream.push(value);
    // Otherwise it was passed on to listeners at once.
    if (this.#stream.readableLength > 0) this.#unread.push(message);
    this.#forgetRead();
    return true;
  }

  #defer(): void {
    this.#deferred = true;
    nextTick(() => {
      this.#deferred = false;
      if (!this.#stream.destroyed) this.#push([]);
    });
  }

  #countUnread(): number {
    this.#forgetRead();
    return this.#unread.length + this.#batch.length - this.#next;
  }

  #forgetRead(): void {
    const left = this.#stream.readableLength;
    while (this.#unread.length > left) this.#unread.shift();
  }
}
