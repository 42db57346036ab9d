import type { Bytes } from '../base/bytes.js';
import type { AnyDecoding, AnyEncoding } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import { brand } from '../base/brand.js';
import { isOfCopy, sharedBy, shareWithCopies } from '../base/copies.js';
import { closedError, constructorError, invalidType, unrefError } from '../base/errors.js';
import { showAs } from '../base/inspect.js';
import type { Message } from '../base/message.js';
import { checkQueueName, listNames, type ListOptions, type QueueName } from '../base/names.js';
import { checkOptions, integer, oneOf } from '../base/options.js';
import { nextTick } from '../base/timers.js';
import { Turn } from '../queue/line/turn.js';
import type { WaitOptions } from '../queue/use/cancellation.js';
import { QueueCore } from '../queue/core.js';
import { DemandEmitter } from '../base/demand-emitter.js';
import { MessageIterator } from '../queue/use/iterator.js';
import { ObservableSymbols } from '../base/observable-symbols.js';
import { observe, type ObservableMessages } from '../queue/use/observe.js';
import { type OpenOptions } from '../queue/open-options.js';
import { openQueue } from '../queue/open.js';
import { trySend, type PriorityOption, type SendOptions } from '../queue/use/send.js';
import {
  receiveFirstTraced,
  receiveManyTraced,
  receiveOneTraced,
  sendTraced,
} from '../queue/use/traced.js';
import type { QueueStat } from '../native/stat.js';
import { unlinkQueue } from '../native/unlink.js';
import { openWhenThere, type WaitForOptions } from '../queue/use/wait-for.js';
import type { WaitingWay } from '../queue/wait/modes.js';
import type { MessageQueueEvents } from './events.js';
import { QueueListeners } from './listeners.js';
import {
  readStreamChecks,
  writeStreamChecks,
  type ReadStreamOptions,
  type WriteStreamOptions,
} from '../streams/options.js';
import { type ReadValue, type WriteValue } from '../codec/options.js';
import { QueueReadable } from '../streams/readable.js';
import { QueueWritable } from '../streams/writable.js';

/** @internal */
export let coreOf: (queue: MessageQueue) => QueueCore;
/** @internal */
export let isQueue: (value: unknown) => value is MessageQueue;

/** The first message of several queues. */
export interface FirstOfQueues {
  /** The one of them that it is from. */
  queue: MessageQueue;
  message: Message;
}

const checkMax = integer(1, Infinity);
const listChecks = { encoding: oneOf('utf8', 'buffer') };

/**
 * An open POSIX message queue, see mq_overview(7).
 *
 * All who take from one object stand in one line, first come first served: each `receive`, each
 * step of an iterator, each read of a stream, and the `message` listeners together as one.
 */
export class MessageQueue extends DemandEmitter<MessageQueueEvents> {
  static #symbols: ObservableSymbols;
  readonly #core: QueueCore;
  readonly #listeners: QueueListeners;
  #closing: Promise<unknown> | undefined;

  static {
    coreOf = (queue) => (#core in queue ? queue.#core : sharedBy<QueueCore>(queue));
    isQueue = (value): value is MessageQueue =>
      typeof value === 'object' && value !== null && (#core in value || isOfCopy(value));
    brand(this);
    shareWithCopies<MessageQueue, QueueCore>(this, (queue) => queue.#core);
    this.#symbols = new ObservableSymbols(this.prototype, function (this: MessageQueue) {
      return observe(this.#core);
    });
  }

  private constructor(core: QueueCore) {
    // From JavaScript it can be called.
    if (!((core as unknown) instanceof QueueCore)) throw constructorError();
    super();
    MessageQueue.#symbols.look();
    this.#core = core;
    this.#listeners = new QueueListeners(core, this);
  }

  /**
   * Opens a queue, or creates it. See mq_open(3).
   *
   * @param name - a slash and up to 255 bytes without another slash; as bytes where they are no UTF-8
   * @throws TypeError or RangeError for a bad name or option, before anything is changed
   * @throws MessageQueueError with code `ENOENT`, `EEXIST` (with `exclusive`), `EACCES`, `EINVAL`
   * (a size over a limit), `EMFILE` (descriptors or queue bytes used up), `ENOSPC` (too many queues),
   * `ERR_MQ_UNTRUSTED_OWNER` (with `create`: it belongs to another user), `ERR_MQ_SIZES` (with
   * `onMismatch: 'error'`), `ERR_MQ_UNSUPPORTED` (there is no native addon for this system: the message
   * says what to do)
   */
  static open(name: QueueName, options?: OpenOptions): MessageQueue {
    return new MessageQueue(openQueue('MessageQueue.open()', name, options));
  }

  /**
   * Opens a queue that somebody else creates, as soon as there is one of that name. It is looked for every
   * 10 milliseconds, then ever more rarely, up to four times a second.
   *
   * @param name - as for `open`
   * @returns rejects as `open` throws, but not with `ENOENT`; with AbortError; with MessageQueueError with
   * code `ETIMEDOUT`
   */
  static async waitFor(name: QueueName, options?: WaitForOptions): Promise<MessageQueue> {
    return new MessageQueue(await openWhenThere(name, options));
  }

  /**
   * Takes the first message of several queues; where several have one, from the foremost in the list. What
   * the others have stays theirs: a message that was on its way from another of them is held there.
   *
   * @returns rejects as `receive` does
   */
  static async receiveFirst(
    queues: readonly MessageQueue[],
    options?: WaitOptions,
  ): Promise<FirstOfQueues> {
    if (!Array.isArray(queues) || queues.length === 0 || !queues.every(isQueue)) {
      throw invalidType('queues', 'a list of one MessageQueue or more', queues);
    }
    const cores = queues.map((queue) => queue.#core);
    const [index, message] = await receiveFirstTraced(cores, options);
    return { queue: queues[index] as MessageQueue, message };
  }

  /**
   * Removes the name at once. Who has the queue open goes on using it; it is gone with the last of
   * them. See mq_unlink(3).
   *
   * @param name - as for `open`
   * @throws MessageQueueError with code `ENOENT` or `EACCES`
   */
  static unlink(name: QueueName): void {
    unlinkQueue(checkQueueName(name, 'mq_unlink'));
  }

  /**
   * The names of all queues, sorted: those that are UTF-8, or all of them as bytes. Which queues there are
   * only this tells; it may be others in the next moment.
   *
   * @throws MessageQueueError with code `ERR_MQ_NOT_MOUNTED` where the mqueue file system is not
   * mounted, see mq_overview(7)
   */
  static list(options?: { encoding?: 'utf8' | undefined }): Promise<string[]>;
  static list(options: { encoding: 'buffer' }): Promise<Buffer[]>;
  static async list(options?: ListOptions): Promise<string[] | Buffer[]> {
    const { encoding = 'utf8' } = checkOptions('MessageQueue.list()', options, listChecks);
    return listNames(encoding);
  }

  /** The name it was opened by. Bytes in it that are no UTF-8 are written as `\\xe9`. */
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

  /** Its file descriptor, for other tools; -1 once it is closed. Another one after `reopened`. */
  get fd(): number {
    return this.#core.descriptor;
  }

  /**
   * Removes its name, as `MessageQueue.unlink` does; while it is open only if the name is still its own.
   *
   * @throws MessageQueueError with code `ENOENT` or `EACCES`
   */
  unlink(): void {
    this.#core.unlink();
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
   * came. The next consumer of this object gets them first. While it is disposed of: how many wait for
   * room to go back.
   */
  get heldMessages(): number {
    return this.#core.held;
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
    return sendTraced(this.#core, data, options);
  }

  /**
   * Sends one message without waiting. False when the queue is full, or others wait to send.
   *
   * @throws as `send` rejects
   */
  trySend(data: Bytes | Message, options?: PriorityOption): boolean {
    const sent = trySend(this.#core, data, options);
    if (!sent) this.#listeners.refused();
    return sent;
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
    return receiveOneTraced(this.#core, 'MessageQueue.receive()', options);
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
    return await receiveManyTraced(this.#core, 'MessageQueue.receiveMany()', most, options);
  }

  /**
   * Takes one message without waiting. Null when there is none, or others wait for one.
   *
   * @throws MessageQueueError with code `EBADF` (opened for writing) or `ERR_MQ_CLOSED`
   */
  tryReceive(): Message | null {
    if (this.#core.closed) throw closedError(this.name, 'mq_timedreceive');
    return this.#core.receives.tryOne();
  }

  /** Takes no more messages for `message` listeners until `resume()`. */
  pause(): this {
    this.#listeners.pause(true);
    return this;
  }

  /** Takes messages for `message` listeners again. */
  resume(): this {
    this.#listeners.pause(false);
    return this;
  }

  /** Whether `pause()` was called. */
  isPaused(): boolean {
    return this.#listeners.paused;
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
    if (this.#core.wait === 'worker') throw unrefError(this.name);
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

  /**
   * As `close`, and puts what was undelivered back into the kernel's queue, for which it waits up to 100
   * milliseconds. A process warning with code `MQ_UNDELIVERED` tells what could not go back.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close((undelivered) => this.#core.putBack(undelivered));
  }

  /** The messages, one at a time. None is taken ahead, and none is lost when the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> & AsyncDisposable {
    MessageQueue.#symbols.look();
    return new MessageIterator(this.#core);
  }

  /** The messages as a stream, which shares this queue with its other consumers. */
  createReadStream<C extends AnyDecoding = typeof raw, P extends boolean = false>(
    options?: ReadStreamOptions<C, P>,
  ): QueueReadable<ReadValue<C, P>> {
    const where = 'MessageQueue.createReadStream()';
    const checked = checkOptions(where, options, readStreamChecks);
    return new QueueReadable(this.#core, checked, false);
  }

  /** A stream that sends to this queue. Its end does not close the queue. */
  createWriteStream<C extends AnyEncoding = typeof raw, P extends boolean = false>(
    options?: WriteStreamOptions<C, P>,
  ): QueueWritable<WriteValue<C, P>> {
    const where = 'MessageQueue.createWriteStream()';
    const checked = checkOptions(where, options, writeStreamChecks);
    return new QueueWritable(this.#core, checked, false);
  }

  /**
   * What RxJS's `from` looks for, and other libraries under other names: `Symbol.observable`, and what they
   * use where it is missing. One that is defined later counts from when the next queue is opened, or a
   * queue is listened to. Each subscription competes for the messages with the others.
   */
  declare '@@observable': () => ObservableMessages;

  /** @internal */
  protected override listenersChanged(): void {
    MessageQueue.#symbols.look();
    this.#listeners.changed();
  }

  async #close<T>(finish: (undelivered: Message[]) => T | Promise<T>): Promise<T | undefined> {
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

showAs(MessageQueue, (queue) => {
  const { name, closed, heldMessages, maxMessages, maxMessageSize, waiting } = queue;
  if (closed) return { name, closed, heldMessages };
  const { currentMessages } = queue;
  return { name, currentMessages, heldMessages, maxMessages, maxMessageSize, waiting };
});
