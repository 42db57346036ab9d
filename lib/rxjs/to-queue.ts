import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import type { AnyEncoding } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import { AbortError, overflowError } from '../base/errors.js';
import { checkOptions, integer, isFunction, oneOf, type Checks } from '../base/options.js';
import type { MessageQueue } from '../message-queue/message-queue.js';
import type { QueueCore } from '../queue/core.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';
import type { OutgoingMessages } from '../native/mailbox.js';
import { Line } from '../base/line.js';
import { presentScope } from '../base/scope.js';
import type { SendTicket } from '../queue/line/send-line.js';
import { turn } from '../queue/line/turn.js';
import { Encoder } from '../codec/encoder.js';
import { fixLengths } from '../native/fix-lengths.js';
import { encodeChecks, type EncodeOptions, type WriteValue } from '../codec/options.js';
import { QueueReference } from './attachment.js';
import { subscribeWithin } from './subscribe-within.js';

const WHERE = 'toQueue()';

/** How to send to a queue. The options for opening are for a queue that is given by name. */
export interface ToQueueOptions<C extends AnyEncoding = typeof raw, P extends boolean = false>
  extends EncodeOptions<C, P>, CreateOptions {
  /**
   * How many values may wait while the queue is full, see `overflow` for what becomes of one more.
   *
   * @defaultValue Infinity, or 0 with `overflow: 'drop'`
   */
  maxBuffered?: number | undefined;
  /**
   * What to do about a value that finds no room: `'error'` with code `ENOBUFS`, or `'drop'` it. One that
   * was dropped is not emitted.
   *
   * @defaultValue `'error'`
   */
  overflow?: 'error' | 'drop' | undefined;
  /** Called with each value that was dropped, and how many of this subscription were so far. */
  onDrop?: ((value: WriteValue<C, P>, dropped: number) => void) | undefined;
}

const checks: Checks<ToQueueOptions<AnyEncoding, boolean>> = {
  ...encodeChecks,
  ...createChecks,
  maxBuffered: integer(0, Infinity),
  overflow: oneOf('error', 'drop'),
  onDrop: isFunction,
};

/**
 * Sends every value as one message, in order, and emits it once the kernel has it. Completes when all
 * are sent.
 *
 * An Observable cannot be slowed down, so values wait in memory while the queue is full; see
 * `maxBuffered` and `overflow`.
 *
 * @example
 * ```ts
 * results$.pipe(toQueue('/results', { codec: json })).subscribe();
 * ```
 *
 * @throws TypeError or RangeError for a bad argument. What `MessageQueue.open` and `send` throw comes
 * as the Observable's error.
 */
export function toQueue<C extends AnyEncoding = typeof raw, P extends boolean = false>(
  queue: string | MessageQueue,
  options?: ToQueueOptions<C, P>,
): OperatorFunction<WriteValue<C, P>, WriteValue<C, P>> {
  const checked = checkOptions(WHERE, options, checks as Checks<ToQueueOptions<C, P>>);
  const reference = new QueueReference(WHERE, queue, 'write', checked);
  return (source) =>
    new Observable((subscriber) => {
      const attachment = reference.attach(subscriber);
      if (attachment === undefined) return undefined;
      const { core } = attachment;
      const outbox = new Outbox(subscriber, core, new Encoder(core, checked), checked);
      subscriber.add(() => {
        outbox.giveUp();
        attachment.release();
      });
      subscribeWithin(
        subscriber,
        source,
        (value, subscription) => {
          if (outbox.add(value)) return;
          subscription.unsubscribe();
          outbox.end();
        },
        () => {
          outbox.end();
        },
      );
      return undefined;
    });
}

type OverflowOptions<T> = Pick<ToQueueOptions, 'overflow' | 'maxBuffered'> & {
  onDrop?: ((value: T, dropped: number) => void) | undefined;
};

/** Values on their way to the queue, in order. */
class Outbox<T> {
  readonly #subscriber: Subscriber<T>;
  readonly #core: QueueCore;
  readonly #encoder: Encoder;
  readonly #maxBuffered: number;
  readonly #overflow: (value: T) => void;
  #dropped = 0;
  readonly #scope = presentScope();
  #waiting = new Line<{ value: T; message: OutgoingMessages }>();
  #inFlight = 0;
  #ticket: SendTicket | null = null;
  #ended = false;
  #failure: { error: unknown } | undefined;

  constructor(
    subscriber: Subscriber<T>,
    core: QueueCore,
    encoder: Encoder,
    options: OverflowOptions<T>,
  ) {
    const { overflow = 'error', maxBuffered = overflow === 'drop' ? 0 : Infinity } = options;
    this.#subscriber = subscriber;
    this.#core = core;
    this.#encoder = encoder;
    this.#maxBuffered = maxBuffered;
    this.#overflow = (value) => {
      if (overflow === 'error') throw overflowError(core.name, maxBuffered);
      this.#dropped += 1;
      options.onDrop?.(value, this.#dropped);
    };
  }

  /** False for a value that cannot be sent: the Observable fails after those before it. */
  add(value: T): boolean {
    let message: OutgoingMessages;
    try {
      message = this.#encoder.encode(value, 'utf8');
    } catch (error) {
      this.#failure = { error };
      return false;
    }
    // The codec may have ended the subscription.
    if (!this.#subscriber.closed) this.#send(value, message);
    return true;
  }

  #send(value: T, message: OutgoingMessages): void {
    const { closed, sends } = this.#core;
    if (this.#ticket === null && sends.send(message) === 1) {
      this.#subscriber.next(value);
      return;
    }
    if (!closed && this.#waiting.length + this.#inFlight >= this.#maxBuffered) {
      this.#sendOrOverflow(value, message);
      return;
    }
    fixLengths(message);
    this.#waiting.push({ value, message });
    this.#sendWaiting();
  }

  /** It may not wait, not even for the turn of the event loop. */
  #sendOrOverflow(value: T, message: OutgoingMessages): void {
    const [bytes, priority] = message as [Uint8Array, number];
    try {
      if (this.#ticket === null && this.#core.sends.trySend(bytes, priority)) {
        turn.spend();
        this.#subscriber.next(value);
      } else {
        this.#overflow(value);
      }
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  end(): void {
    this.#ended = true;
    if (this.#ticket === null) this.#finish();
  }

  #finish(): void {
    if (this.#failure === undefined) this.#subscriber.complete();
    else this.#subscriber.error(this.#failure.error);
  }

  giveUp(): void {
    this.#waiting = new Line();
    if (this.#ticket === null) return;
    this.#core.sends.leave(this.#ticket, new AbortError(undefined, this.#core.name));
  }

  #sendWaiting(): void {
    if (this.#ticket !== null) return;
    // No more than the queue can hold at one time, so that what was sent is told soon.
    const batch = this.#waiting.take(this.#core.maxMessages);
    if (batch.length === 0) {
      if (this.#ended) this.#finish();
      return;
    }
    this.#inFlight = batch.length;
    this.#ticket = {
      messages: batch.flatMap(({ message }) => message),
      scope: this.#scope,
      settle: (error, sent) => {
        this.#inFlight = 0;
        for (const { value } of batch.slice(0, sent)) this.#subscriber.next(value);
        // No sooner: `next` may add values, which must not pass those that wait, or end the source.
        this.#ticket = null;
        if (error === null) this.#sendWaiting();
        else this.#subscriber.error(error);
      },
    };
    this.#core.sends.join(this.#ticket);
  }
}
