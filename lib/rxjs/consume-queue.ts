import { from, Observable, type ObservableInput, type Subscriber } from 'rxjs';
import type { AnyDecoding } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import { invalidType } from '../base/errors.js';
import type { Message } from '../base/message.js';
import { checkOptions, integer, type Checks } from '../base/options.js';
import type { MessageQueue } from '../message-queue/message-queue.js';
import type { QueueCore } from '../queue/core.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';
import type { Consumer } from '../queue/line/consumer.js';
import { presentScope } from '../base/scope.js';
import { Decoder } from '../codec/decoder.js';
import { decodeChecks, type DecodeOptions, type ReadValue } from '../codec/options.js';
import { QueueReference, type Attachment } from './attachment.js';
import { Redelivery, redeliveryChecks, slotsFor, type ConsumeRedelivery } from './redelivery.js';
import { subscribeWithin } from './subscribe-within.js';
import { tellInvalid } from './tell-invalid.js';
import { isUntil, stopAt, type Until } from './until.js';

const WHERE = 'consumeQueue()';

/** How to work through a queue. The options for opening are for a queue that is given by name. */
export interface ConsumeQueueOptions<C extends AnyDecoding = typeof raw, P extends boolean = false>
  extends DecodeOptions<C, P>, CreateOptions, ConsumeRedelivery {
  /**
   * How many messages are worked on at one time.
   *
   * @defaultValue 1
   */
  concurrency?: number | undefined;
  /**
   * When it emits, no more messages are taken; what is in hand is finished, then it completes. With a
   * queue given by name a message that was on its way at that moment is in hand too. With `'empty'` it
   * takes what is there until it finds the queue empty.
   *
   * @defaultValue it goes on
   */
  until?: Until | undefined;
}

const checks: Checks<ConsumeQueueOptions<AnyDecoding, boolean>> = {
  ...decodeChecks,
  ...createChecks,
  ...redeliveryChecks,
  concurrency: integer(1, Infinity),
  until: isUntil,
};

/**
 * Works through the messages of a queue, as `mergeMap` does, but takes a message only when one of
 * its `concurrency` slots is free. So a slow `project` leaves messages in the kernel's queue, where
 * other processes can have them and where senders feel that it is full.
 *
 * Emits what the inner Observables emit, in the order in which that comes. An error of `project` or
 * of an inner Observable ends the whole, so catch inside of it. Queues are opened and closed as by
 * `fromQueue`, and what was taken and not begun goes where it goes there.
 *
 * @example
 * ```ts
 * consumeQueue('/jobs', (job) => work(job), { codec: json<Job>(), concurrency: 4 }).subscribe();
 * ```
 *
 * @param project - called with each value and its index; returns a promise, an Observable or the like
 * @throws TypeError or RangeError for a bad argument
 */
export function consumeQueue<R, C extends AnyDecoding = typeof raw, P extends boolean = false>(
  queue: string | MessageQueue,
  project: (value: ReadValue<C, P>, index: number) => ObservableInput<R>,
  options?: ConsumeQueueOptions<C, P>,
): Observable<R> {
  if (typeof project !== 'function') throw invalidType('project', 'a function', project);
  const checked = checkOptions(WHERE, options, checks as Checks<ConsumeQueueOptions<C, P>>);
  const { concurrency = 1, until } = checked;
  const kept = slotsFor(WHERE, queue, checked, concurrency);
  const reference = new QueueReference(WHERE, queue, 'read', checked, kept);
  return new Observable<R>((subscriber) => {
    const attachment = reference.attach(subscriber);
    if (attachment === undefined) return undefined;
    const { core } = attachment;
    const decoder = new Decoder(core.name, checked, false);
    const work = (value: unknown, index: number): ObservableInput<R> =>
      project(value as ReadValue<C, P>, index);
    const redelivery = new Redelivery(WHERE, core, checked);
    const slots = new Slots(subscriber, attachment, decoder, work, concurrency, redelivery);
    subscriber.add(() => {
      slots.leave();
      attachment.release();
    });
    if (until === 'empty') slots.endWhenEmpty();
    stopAt(until, subscriber, () => {
      slots.stop();
    });
    slots.take();
    return undefined;
  });
}

class Slots<R> implements Consumer {
  readonly #subscriber: Subscriber<R>;
  readonly #core: QueueCore;
  readonly #owns: boolean;
  readonly #decoder: Decoder;
  readonly #work: (value: unknown, index: number) => ObservableInput<R>;
  readonly #concurrency: number;
  readonly #redelivery: Redelivery;
  readonly scope = presentScope();
  #busy = 0;
  #index = 0;
  #standing = false;
  #delivering = false;
  #stopped = false;
  empty: (() => void) | undefined;

  constructor(
    subscriber: Subscriber<R>,
    { core, owns }: Attachment,
    decoder: Decoder,
    work: (value: unknown, index: number) => ObservableInput<R>,
    concurrency: number,
    redelivery: Redelivery,
  ) {
    this.#subscriber = subscriber;
    this.#core = core;
    this.#owns = owns;
    this.#decoder = decoder;
    this.#work = work;
    this.#concurrency = concurrency;
    this.#redelivery = redelivery;
  }

  /** Instead of waiting. */
  endWhenEmpty(): void {
    this.empty = () => {
      this.#standing = false;
      this.stop();
    };
  }

  get want(): number {
    return this.#concurrency - this.#busy;
  }

  take(): void {
    if (this.#standing || this.#delivering || this.#stopped || this.#subscriber.closed) return;
    if (this.want === 0) return;
    this.#standing = true;
    this.#core.receives.join(this);
  }

  leave(): void {
    this.#stopped = true;
    if (!this.#standing) return;
    this.#standing = false;
    this.#core.receives.leave(this);
  }

  /** Takes no more, and completes when what is in hand is done. */
  stop(): void {
    if (this.#stopped) return;
    this.leave();
    if (this.#delivering) return;
    // Nobody else takes from a queue of its own, and there may be no room in the kernel's.
    if (this.#owns) this.#deliver(this.#takeLast());
    this.#completeWhenDone();
  }

  deliver(messages: Message[]): void {
    this.#standing = false;
    this.#deliver(messages);
    this.take();
  }

  #deliver(messages: Message[]): void {
    this.#delivering = true;
    const rest = [...messages];
    // Work that is done at once may end the whole before the batch is through.
    while (rest.length > 0 && !this.#subscriber.closed && (this.#owns || !this.#stopped)) {
      this.#begin(rest.shift() as Message);
    }
    this.#delivering = false;
    void this.#core.hold(rest);
    if (this.#stopped) this.#completeWhenDone();
  }

  /** What a take brought that was cancelled just now: no more than there are slots for. */
  #takeLast(): Message[] {
    const last = this.#core.receives.takeAll();
    void this.#core.hold(last.splice(this.want));
    return last;
  }

  ended(): void {
    this.#standing = false;
    this.stop();
  }

  fail(error: Error): void {
    this.#standing = false;
    this.#subscriber.error(error);
  }

  #begin(message: Message): void {
    // From here on, because what is called below may be what makes `until` emit.
    this.#busy += 1;
    const done = (): void => {
      this.#done();
    };
    if (!this.#redelivery.begin(message, done)) return;
    let value: unknown;
    try {
      value = this.#decoder.decode(message);
    } catch (error) {
      tellInvalid(this.#decoder, error, this.#subscriber);
      if (!this.#subscriber.closed) this.#redelivery.done(message);
      this.#done();
      return;
    }
    // The codec may have ended the subscription.
    if (this.#subscriber.closed) {
      void this.#core.hold([message]);
      return;
    }
    let results: Observable<R>;
    try {
      results = from(this.#work(value, this.#index++));
    } catch (error) {
      this.#subscriber.error(error);
      return;
    }
    subscribeWithin(
      this.#subscriber,
      results,
      (result) => {
        this.#subscriber.next(result);
      },
      () => {
        this.#redelivery.done(message);
        this.#done();
      },
    );
  }

  #done(): void {
    this.#busy -= 1;
    if (this.#stopped) this.#completeWhenDone();
    else this.take();
  }

  #completeWhenDone(): void {
    if (this.#busy === 0 && !this.#delivering) this.#subscriber.complete();
  }
}
