import { invalidType } from '../../base/errors.js';
import type { Message } from '../../base/message.js';
import type { QueueCore } from '../core.js';
import { PushConsumer } from './push-consumer.js';

/** Who watches a queue as an Observable. */
export interface MessageObserver {
  next?: ((message: Message) => void) | undefined;
  error?: ((error: unknown) => void) | undefined;
  complete?: (() => void) | undefined;
}

/** The end of watching: no message is taken for it any more. */
export interface Unsubscribable {
  unsubscribe(): void;
}

/** What a library that knows Observables needs of a queue. */
export interface ObservableMessages {
  subscribe(observer: MessageObserver | ((message: Message) => void)): Unsubscribable;
}

/** The messages of a queue as an interoperable Observable: each subscription is one consumer. */
export function observe(core: QueueCore): ObservableMessages {
  return {
    subscribe(given) {
      const observer = typeof given === 'function' ? { next: given } : given;
      if (typeof observer !== 'object' || observer === null) {
        throw invalidType('observer', 'an observer or a function', given);
      }
      const consumer = new PushConsumer(core, {
        message: (message) => observer.next?.(message),
        ended: () => observer.complete?.(),
        failed: (error) => observer.error?.(error),
      });
      consumer.start();
      return {
        unsubscribe() {
          consumer.stop();
        },
      };
    },
  };
}
