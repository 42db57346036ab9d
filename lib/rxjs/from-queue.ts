import { Observable } from 'rxjs';
import type { AnyDecoding } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import type { Message } from '../base/message.js';
import { checkOptions, integer, type Checks } from '../base/options.js';
import type { MessageQueue } from '../message-queue/message-queue.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';
import { PushConsumer, type Sink } from '../queue/use/push-consumer.js';
import { Decoder } from '../codec/decoder.js';
import { decodeChecks, type DecodeOptions, type ReadValue } from '../codec/options.js';
import { QueueReference } from './attachment.js';
import { tellInvalid } from './tell-invalid.js';
import { isUntil, stopAt, type Until } from './until.js';

const WHERE = 'fromQueue()';

/** How to observe a queue. The options for opening are for a queue that is given by name. */
export interface FromQueueOptions<C extends AnyDecoding = typeof raw, P extends boolean = false>
  extends DecodeOptions<C, P>, CreateOptions {
  /**
   * Completes when this emits; a message that is on its way then is given out first. With `'empty'` it
   * takes what is there, and completes when it finds the queue empty.
   *
   * @defaultValue it goes on
   */
  until?: Until | undefined;
  /**
   * How many messages may be taken at once. More than 1 are taken in one call where they are there, which is
   * faster, and given to `next` one by one; those that follow the end of the subscription go where one goes
   * that arrives meanwhile. What is taken no longer competes with a message of higher priority that comes
   * later, and no other process gets it; a `process.exit()` within `next` takes it along.
   *
   * @defaultValue 0: one at a time
   */
  highWaterMark?: number | undefined;
}

const checks: Checks<FromQueueOptions<AnyDecoding, boolean>> = {
  ...decodeChecks,
  ...createChecks,
  until: isUntil,
  highWaterMark: integer(0, Infinity),
};

/**
 * The messages of a queue as an Observable of values.
 *
 * Subscriptions compete: each message goes to one of them. Use `share()` to give every message to
 * all. An Observable knows no back pressure: a message is taken as soon as the one before has been
 * given to `next`, even if what that began is not done; `consumeQueue` takes by slots instead.
 *
 * Given a name, each subscription opens the queue for reading and closes it at its end; without
 * `until` it never completes. A message that arrives while a subscription ends goes to another
 * subscription of the same Observable, or else back into the kernel's queue, for which it waits up to
 * 100 milliseconds. Given a MessageQueue, which holds such a message for its next consumer, it completes
 * when that is closed.
 *
 * @example
 * ```ts
 * fromQueue('/jobs', { codec: text }).subscribe((line) => console.log(line));
 * ```
 *
 * @throws TypeError or RangeError for a bad option. What `MessageQueue.open` throws comes as the
 * Observable's error, as does an `InvalidMessageError`.
 */
export function fromQueue<C extends AnyDecoding = typeof raw, P extends boolean = false>(
  queue: string | MessageQueue,
  options?: FromQueueOptions<C, P>,
): Observable<ReadValue<C, P>> {
  const checked = checkOptions(WHERE, options, checks as Checks<FromQueueOptions<C, P>>);
  const reference = new QueueReference(WHERE, queue, 'read', checked);
  return new Observable((subscriber) => {
    const attachment = reference.attach(subscriber);
    if (attachment === undefined) return undefined;
    const { core } = attachment;
    const decoder = new Decoder(core.name, checked, false);
    const { until, highWaterMark = 0 } = checked;
    const give = (message: Message): void => {
      let value: unknown;
      try {
        value = decoder.decode(message);
      } catch (error) {
        tellInvalid(decoder, error, subscriber);
        return;
      }
      // The codec may have ended the subscription.
      if (subscriber.closed) void core.hold([message]);
      else subscriber.next(value as ReadValue<C, P>);
    };
    const complete = (): void => {
      subscriber.complete();
    };
    const sink: Sink = {
      message: give,
      empty: until === 'empty' ? complete : undefined,
      ended: complete,
      failed: (error) => {
        subscriber.error(error);
      },
    };
    const consumer = new PushConsumer(core, sink, Math.max(1, highWaterMark));
    stopAt(until, subscriber, () => {
      consumer.stop();
      // Of a queue that is given open, others have it.
      if (typeof queue === 'string') core.receives.takeAll().forEach(give);
      complete();
    });
    if (!subscriber.closed) consumer.start();
    return () => {
      consumer.stop();
      attachment.release();
    };
  });
}
