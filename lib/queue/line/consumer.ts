import type { Message } from '../../base/message.js';
import type { Place } from '../../base/line.js';
import type { Scope } from '../../base/scope.js';

/** Who wants messages. Each call of one of its methods takes it out of the line. */
export interface Consumer {
  /** How many messages it takes at most when its turn comes, 1 or more. */
  readonly want: number;
  /** Its turn: 1 to `want` messages. */
  deliver(messages: Message[]): void;
  /** The queue was closed. */
  ended(): void;
  /** The queue cannot be read, or not be waited for. */
  fail(error: Error): void;
  /** For one that does not wait: there is nothing for it now. */
  readonly empty?: (() => void) | undefined;
  /** Where its code is called, if that is code of the user. */
  readonly scope?: Scope | undefined;
  /** Where it stands; the line's own. */
  place?: Place<Consumer> | undefined;
}
