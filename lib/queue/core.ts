import { constants } from 'node:os';
import { closedError, systemError, tooLargeError } from '../base/errors.js';
import type { Message } from '../base/message.js';
import type { QueueName } from '../base/names.js';
import type { NativeQueue } from '../native/binding.js';
import { apart } from '../base/apart.js';
import {
  closedInTime,
  closeWhenDropped,
  closing,
  warnOfNotPutBack,
  type Remains,
} from './left-open.js';
import { PutBack } from './put-back.js';
import type { OpenedQueue } from './reopen/opened-queue.js';
import type { QueueLink } from './reopen/queue-link.js';
import { ReceiveLine } from './line/receive-line.js';
import { SendLine } from './line/send-line.js';
import type { QueueSizes } from '../native/sizes.js';
import { isUnlinked, statOf, type QueueStat } from '../native/stat.js';
import { WaitTimers } from './wait/wait-timers.js';
import { unlinkQueue } from '../native/unlink.js';
import type { WaitMode, WaitingWay } from './wait/modes.js';
import { poolThreads } from './wait/pool-threads.js';

const WITHOUT_NAME =
  'its name was removed already, and may be that of another queue by now. To remove that one, use ' +
  'MessageQueue.unlink()';
const DONE = Promise.resolve();

/** What reads a queue object that it does not own, and must be told when that closes. */
export interface Borrower {
  /** Takes no more. True when it still has messages that may come back. */
  stop(): boolean;
}

/** How a queue is opened, after all checks. */
export interface CoreOptions {
  /** What the kernel knows it by, where that is not its name as a string. */
  readonly key: QueueName;
  /** The function that was called for it. */
  readonly opener: string;
  readonly wait: WaitMode;
  readonly busyPoll: number | undefined;
  /** Whether it may send. Its descriptor may be able to all the same. */
  readonly maySend: boolean;
  /** How many messages may be taken at once for its listeners. */
  readonly highWaterMark: number;
}

/** An open queue without its public face: what streams, Observables and transports work with. */
export class QueueCore {
  readonly name: string;
  readonly key: QueueName;
  readonly highWaterMark: number;
  readonly receives: ReceiveLine;
  readonly sends: SendLine;
  readonly timers: WaitTimers = new WaitTimers();
  readonly #native: NativeQueue;
  readonly #wait: WaitMode;
  readonly #borrowers = new Set<Borrower>();
  readonly #link: QueueLink;
  readonly #sizes: QueueSizes;
  readonly #remains: Remains;
  readonly #putBack: PutBack;
  #closed = false;
  #drained = false;

  constructor(name: string, { native, sizes, link }: OpenedQueue, options: CoreOptions) {
    this.name = name;
    this.key = options.key;
    this.highWaterMark = options.highWaterMark;
    this.#native = native;
    this.#sizes = sizes;
    this.#link = link;
    const { wait, busyPoll, maySend } = options;
    this.#wait = wait;
    this.receives = new ReceiveLine(name, native, wait, busyPoll);
    this.sends = new SendLine(name, native, wait, busyPoll, maySend);
    const { receives, sends } = this;
    this.#putBack = new PutBack(name, native, sends);
    const { opener } = options;
    const putBack = this.#putBack;
    this.#remains = { name, native, receives, sends, putBack, opener, referenced: true };
    closeWhenDropped(this, this.#remains);
  }

  get maxMessages(): number {
    return this.#sizes.maxMessages;
  }

  get maxMessageSize(): number {
    return this.#sizes.maxMessageSize;
  }

  /** @throws MessageQueueError with code `EMSGSIZE` */
  checkSize(bytes: Uint8Array): void {
    if (bytes.byteLength <= this.maxMessageSize) return;
    // The queue that has the name now may take larger ones.
    this.#link.notice();
    if (bytes.byteLength <= this.maxMessageSize) return;
    throw tooLargeError(this.name, bytes.byteLength, this.maxMessageSize);
  }

  /** Tells when the name is removed, and when another queue was opened in its place. */
  get link(): QueueLink {
    return this.#link;
  }

  /** @throws MessageQueueError when it is closed */
  stat(): QueueStat {
    if (this.#closed) throw closedError(this.name, 'fstat');
    return statOf(this.#native, this.name);
  }

  /**
   * Removes its name: while it is open only if no other queue has that by now.
   *
   * @throws MessageQueueError
   */
  unlink(): void {
    if (!this.#closed && isUnlinked(this.#native)) {
      throw systemError(-constants.errno.ENOENT, 'mq_unlink', this.name, WITHOUT_NAME);
    }
    unlinkQueue(this.key);
  }

  /** -1 once it is closed. */
  get descriptor(): number {
    return this.#native.descriptor();
  }

  /** Calls `changed` after changes, and begins with the present state. */
  watch(changed: () => void): void {
    this.#native.onchange = changed;
    const problem = this.#native.watch();
    if (problem !== 0) throw systemError(problem, 'epoll_ctl', this.name);
  }

  unwatch(): void {
    this.#native.onchange = () => undefined;
    this.#native.unwatch();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many messages were taken from the kernel and are in nobody's hand. */
  get held(): number {
    return this.receives.held + this.#putBack.held;
  }

  get wait(): WaitMode {
    return this.#wait;
  }

  get waiting(): WaitingWay | null {
    return this.receives.wait.way;
  }

  /** @throws MessageQueueError when it is closed */
  get currentMessages(): number {
    if (this.#closed) throw closedError(this.name, 'mq_getattr');
    const attributes = this.#native.attributes();
    if (typeof attributes === 'number') throw systemError(attributes, 'mq_getattr', this.name);
    return attributes[2];
  }

  setReferenced(referenced: boolean): void {
    if (this.#closed) return;
    this.#remains.referenced = referenced;
    this.#native.setReferenced(referenced);
    this.timers.setReferenced(referenced);
    this.receives.wait.setReferenced(referenced);
    this.sends.wait.setReferenced(referenced);
  }

  /** Sets a pool thread aside for the receives of this queue. False when there is none. */
  claimThread(): boolean {
    if (this.#closed || this.#wait === 'loop') return false;
    return poolThreads.claim(this.receives.wait, () => this.#native.reserveThread());
  }

  borrow(borrower: Borrower): void {
    this.#borrowers.add(borrower);
  }

  release(borrower: Borrower): void {
    if (this.#borrowers.delete(borrower)) this.#closeWhenFree();
  }

  /**
   * Holds messages that were taken and not delivered, for the next consumer. Where there can be none any more they
   * are put back; resolves as `putBack`.
   */
  hold(messages: Message[]): Promise<void> {
    if (this.#drained) return this.putBack(messages);
    this.receives.hold(messages);
    return DONE;
  }

  /**
   * Puts messages back into the kernel's queue, waiting a moment for room, or warns that they are gone.
   * For a queue that is closed. Resolves when that is done.
   *
   * @param otherwise - whether somebody else takes those that found no room
   */
  putBack(
    messages: Message[],
    otherwise: (messages: Message[]) => boolean = () => false,
  ): Promise<void> {
    if (messages.length === 0) return DONE;
    return this.#putBack.put(messages).then((left) => {
      if (left.messages.length > 0 && otherwise(left.messages)) left.messages.length = 0;
      warnOfNotPutBack(left, this.#remains);
      this.#closeWhenFree();
    });
  }

  /**
   * Ends everything that uses the queue, then `finish` gets what was undelivered, while the queue
   * can still be written to. The first call does it.
   */
  async close<T>(finish: (undelivered: Message[]) => T | Promise<T>): Promise<T | undefined> {
    if (this.#closed) return undefined;
    this.#closed = true;
    closing(this.#remains);
    this.#link.stop();
    this.unwatch();
    for (const borrower of [...this.#borrowers]) {
      apart(() => {
        if (!borrower.stop()) this.#borrowers.delete(borrower);
      });
    }
    await Promise.all([this.receives.close(), this.sends.close()]);
    this.#drained = true;
    try {
      return await finish(this.receives.takeHeld());
    } finally {
      this.#closeWhenFree();
    }
  }

  #closeWhenFree(): void {
    // A close(2) of a queue fails for a bad descriptor only.
    if (!this.#drained || this.#borrowers.size > 0 || this.#putBack.held > 0) return;
    this.#native.close();
    closedInTime(this, this.#native);
  }
}
