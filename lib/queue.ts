import { AsyncResource } from 'node:async_hooks';
import type { Bytes } from './bytes.js';
import type { AnyCodec, raw } from './codec.js';
import { closedError, MessageQueueError, systemError } from './errors.js';
import type { Message } from './message.js';
import { checkName, listNames } from './names.js';
import { native } from './native.js';
import { checkOptions, integer } from './options.js';
import { nextTick } from './timers.js';
import { Turn } from './queue/turn.js';
import type { WaitOptions } from './queue/cancellation.js';
import type { QueueCore } from './queue/core.js';
import { DemandEmitter } from './queue/demand-emitter.js';
import { isClosed } from './queue/is-closed.js';
import { MessageIterator } from './queue/iterator.js';
import { observe, type ObservableMessages } from './queue/observe.js';
import { openQueue, type OpenOptions } from './queue/open.js';
import { PushConsumer } from './queue/push-consumer.js';
import { receiveMany, receiveOne } from './queue/receive.js';
import { send, trySend, type PriorityOption, type SendOptions } from './queue/send.js';
import type { QueueStat } from './queue/stat.js';
import type { WaitingWay } from './queue/waiter.js';
import {
  readStreamChecks,
  writeStreamChecks,
  type ReadStreamOptions,
  type ReadValue,
  type WriteStreamOptions,
  type WriteValue,
} from './streams/options.js';
import { QueueReadable } from './streams/readable.js';
import { QueueWritable } from './streams/writable.js';

/** The events of a {@link MessageQueue}. */
export interface MessageQueueEvents {
  /** One message. Taken from the queue only while there are listeners, and it is not paused. */
  message: [message: Message];
  /** Taking messages for the listeners failed. The queue is paused: `resume()` tries again. */
  error: [error: Error];
  /**
   * The queue's name was removed: who opens the name gets another queue or none. Told within 250
   * milliseconds where there is a listener; with `reopen: true` when it is noticed.
   */
  unlinked: [];
  /** With `reopen: true`: the queue of that name is in use now. Its sizes may be others. */
  reopened: [];
  /** The queue was closed. */
  close: [];
}

/** @internal */
export let coreOf: (queue: MessageQueue) => QueueCore;
/** @internal */
export let isQueue: (value: unknown) => value is MessageQueue;

const checkMax = integer(1, Infinity);

/**
 * An open POSIX message queue, see mq_overview(7).
 *
 * All who take from one object stand in one line, first come first served: each `receive`, each
 * step of an iterator, each read of a stream, and the `message` listeners together as one.
 */
export class MessageQueue extends DemandEmitter<MessageQueueEvents> {
  readonly #core: QueueCore;
  readonly #listeners: PushConsumer;
  #listening = false;
  #watching = false;
  #paused = false;
  #closing: Promise<unknown> | undefined;

  static {
    coreOf = (queue) => queue.#core;
    isQueue = (value): value is MessageQueue =>
      typeof value === 'object' && value !== null && #core in value;
  }

  private constructor(core: QueueCore) {
    super();
    this.#core = core;
    this.#listeners = new PushConsumer(core, {
      message: (message) => this.emit('message', message),
      failed: (error) => {
        this.#listening = false;
        if (isClosed(error)) return;
        this.#paused = true;
        this.emit('error', error);
      },
    });
  }

  /**
   * Opens a queue, or creates it. See mq_open(3).
   *
   * @param name - a slash and up to 255 bytes without another slash
   * @throws TypeError or RangeError for a bad name or option, before anything is changed
   * @throws MessageQueueError with code `ENOENT`, `EEXIST` (with `exclusive`), `EACCES`, `EINVAL`
   * (a size over a limit), `EMFILE` (descriptors or queue bytes used up), `ENOSPC` (too many queues),
   * `ERR_MQ_UNTRUSTED_OWNER` (with `create`: it belongs to another user), `ERR_MQ_UNSUPPORTED` (there
   * is no native addon for this system: the message says what to do)
   */
  static open(name: string, options?: OpenOptions): MessageQueue {
    return new MessageQueue(openQueue('MessageQueue.open()', name, options));
  }

  /**
   * Removes the name at once. Who has the queue open goes on using it; it is gone with the last of
   * them. See mq_unlink(3).
   *
   * @throws MessageQueueError with code `ENOENT` or `EACCES`
   */
  static unlink(name: string): void {
    checkName(name, 'mq_unlink');
    const result = native.unlink(name);
    if (result !== 0) throw systemError(result, 'mq_unlink', name);
  }

  /**
   * The names of all queues, sorted.
   *
   * @throws MessageQueueError with code `ERR_MQ_NOT_MOUNTED` where the mqueue file system is not
   * mounted, see mq_overview(7)
   */
  static list(): Promise<string[]> {
    return listNames();
  }

  /** The name it was opened by. */
  get name(): string {
    return this.#core.name;
  }

  /**
   * Owner, group, mode, and whether it still has its name. See fstat(2).
   *
   * @throws MessageQueueError with code `ERR_MQ_CLOSED`
   */
  stat(): QueueStat {
    return this.#core.stat();
  }

  /** How many messages the queue holds at most. */
  get maxMessages(): number {
    return this.#core.maxMessages;
  }

  /** The size of the largest message that fits, in bytes. */
  get maxMessageSize(): number {
    return this.#core.maxMessageSize;
  }

  /**
   * How many messages are in the kernel's queue now. See mq_getattr(3).
   *
   * @throws MessageQueueError with code `ERR_MQ_CLOSED`
   */
  get currentMessages(): number {
    return this.#core.currentMessages;
  }

  /**
   * How many messages were taken out of the kernel's queue for a consumer that had gone when they
   * came. The next consumer of this object gets them first.
   */
  get heldMessages(): number {
    return this.#core.receives.held;
  }

  /** In which way a receive waits at this moment; null when none does. */
  get waiting(): WaitingWay | null {
    return this.#core.waiting;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#core.closed;
  }

  /**
   * Sends one message, waiting while the queue is full. See mq_send(3).
   *
   * When it is given up, by timeout, signal or `close`, it settles as soon as it is known whether
   * the kernel has the message: if so it resolves.
   *
   * @param data - bytes, a string (sent as UTF-8), or a `Message` (bytes and priority)
   * @returns rejects with TypeError or RangeError; AbortError; MessageQueueError with code
   * `ETIMEDOUT`, `EMSGSIZE`, `EBADF` (opened for reading), `ERR_MQ_CLOSED`, `ERR_MQ_THREAD_POOL`
   */
  send(data: Bytes | Message, options?: SendOptions): Promise<void> {
    return send(this.#core, data, options);
  }

  /**
   * Sends one message without waiting. False when the queue is full, or others wait to send.
   *
   * @throws as `send` rejects
   */
  trySend(data: Bytes | Message, options?: PriorityOption): boolean {
    return trySend(this.#core, data, options);
  }

  /**
   * Takes the oldest of the messages of highest priority, waiting while there is none. See
   * mq_receive(3).
   *
   * When it is given up, by timeout, signal or `close`, it rejects at once. A message that was
   * already on its way is held for the next consumer of this object.
   *
   * @returns rejects with TypeError or RangeError; AbortError; MessageQueueError with code
   * `ETIMEDOUT`, `EBADF` (opened for writing), `ERR_MQ_CLOSED`, `ERR_MQ_THREAD_POOL`
   */
  receive(options?: WaitOptions): Promise<Message> {
    return receiveOne(this.#core, 'MessageQueue.receive()', options);
  }

  /**
   * Waits for one message, then takes what else is there, `max` in all (512 at most).
   *
   * @param max - 1 or more
   * @returns 1 to `max` messages; rejects as `receive` does
   */
  async receiveMany(max: number, options?: WaitOptions): Promise<Message[]> {
    checkMax('max', max);
    const most = Math.min(max, Turn.limit);
    // Without await this call would be missing in the stack of an error.
    return await receiveMany(this.#core, 'MessageQueue.receiveMany()', most, options);
  }

  /**
   * Takes one message without waiting. Null when there is none, or others wait for one.
   *
   * @throws MessageQueueError with code `EBADF` (opened for writing) or `ERR_MQ_CLOSED`
   */
  tryReceive(): Message | null {
    if (this.#core.closed) throw closedError(this.name, 'mq_timedreceive');
    return this.#core.receives.takeOne(true);
  }

  /** Takes no more messages for `message` listeners until `resume()`. */
  pause(): this {
    this.#paused = true;
    this.listenersChanged();
    return this;
  }

  /** Takes messages for `message` listeners again. */
  resume(): this {
    this.#paused = false;
    this.listenersChanged();
    return this;
  }

  /** Whether `pause()` was called. */
  isPaused(): boolean {
    return this.#paused;
  }

  /** A wait keeps the process alive again; that is how a queue begins. */
  ref(): this {
    this.#core.setReferenced(true);
    return this;
  }

  /**
   * A wait does not keep the process alive any more. It is then done on the event loop.
   *
   * @throws MessageQueueError with code `ERR_MQ_UNREF` for a queue opened with `wait: 'worker'`:
   * a blocked pool thread always keeps the process
   */
  unref(): this {
    if (this.#core.wait === 'worker') {
      throw new MessageQueueError(
        `Queue '${this.name}' waits on a pool thread, which always keeps the process alive. Open ` +
          `it with wait: 'auto' or 'loop' to use unref()`,
        { code: 'ERR_MQ_UNREF', queue: this.name },
      );
    }
    this.#core.setReferenced(false);
    return this;
  }

  /**
   * Closes the queue: stops its streams, ends its iterators, completes its Observables, and rejects
   * what waits with `ERR_MQ_CLOSED`. See mq_close(3).
   *
   * @returns the messages that were taken from the kernel and reached no consumer, normally none;
   * each is given out once, so a second call gives none
   */
  close(): Promise<Message[]> {
    return this.#close((undelivered) => undelivered).then((messages) => messages ?? []);
  }

  /** As `close`, and puts what was undelivered back into the kernel's queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close((undelivered) => {
      this.#core.giveBack(undelivered);
    });
  }

  /** The messages, one at a time. None is taken ahead, and none is lost when the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> & AsyncDisposable {
    return new MessageIterator(this.#core);
  }

  /** The messages as a stream, which shares this queue with its other consumers. */
  createReadStream<C extends AnyCodec = typeof raw, P extends boolean = false>(
    options?: ReadStreamOptions<C, P>,
  ): QueueReadable<ReadValue<C, P>> {
    const where = 'MessageQueue.createReadStream()';
    const checked = checkOptions(where, options, readStreamChecks);
    return new QueueReadable(this.#core, checked, false);
  }

  /** A stream that sends to this queue. Its end does not close the queue. */
  createWriteStream<C extends AnyCodec = typeof raw, P extends boolean = false>(
    options?: WriteStreamOptions<C, P>,
  ): QueueWritable<WriteValue<C, P>> {
    const where = 'MessageQueue.createWriteStream()';
    const checked = checkOptions(where, options, writeStreamChecks);
    return new QueueWritable(this.#core, checked, false);
  }

  /** What RxJS's `from` looks for. Each subscription competes for the messages with the others. */
  '@@observable'(): ObservableMessages {
    return observe(this.#core);
  }

  /** @internal */
  protected override listenersChanged(): void {
    this.#watchLink();
    const isHeard = this.listenerCount('message') > 0;
    if (isHeard) this.#listeners.begin();
    else this.#listeners.forget();
    const wanted = !this.#paused && !this.#core.closed && isHeard;
    if (wanted === this.#listening) return;
    this.#listening = wanted;
    if (wanted) this.#listeners.start();
    else this.#listeners.stop();
  }

  #watchLink(): void {
    if (this.#core.closed) return;
    const wanted = this.listenerCount('unlinked') + this.listenerCount('reopened') > 0;
    if (wanted === this.#watching) return;
    this.#watching = wanted;
    if (!wanted) this.#core.link.stop();
    else {
      this.#core.link.watch({
        unlinked: AsyncResource.bind(() => this.emit('unlinked')),
        reopened: AsyncResource.bind(() => this.emit('reopened')),
      });
    }
  }

  async #close<T>(finish: (undelivered: Message[]) => T): Promise<T | undefined> {
    if (this.#closing !== undefined) {
      await this.#closing;
      return undefined;
    }
    const closing = this.#core.close(finish);
    this.#closing = closing;
    const result = await closing;
    // A listener that throws is an uncaught exception, not a failure to close.
    nextTick(() => this.emit('close'));
    return result;
  }
}

// Not every runtime has the symbol; libraries then look for '@@observable'.
const symbol = (Symbol as { observable?: symbol }).observable;
if (symbol !== undefined) {
  Object.defineProperty(MessageQueue.prototype, symbol, {
    configurable: true,
    writable: true,
    value: MessageQueue.prototype['@@observable'],
  });
}
