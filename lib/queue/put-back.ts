import { constants } from 'node:os';
import { isUnreadable } from '../base/bytes.js';
import { AbortError } from '../base/errors.js';
import { NOTHING, UNREADABLE } from '../native/answers.js';
import { facts } from '../native/facts.js';
import { outbox, type OutgoingMessages } from '../native/mailbox.js';
import type { Message } from '../base/message.js';
import type { NativeQueue } from '../native/binding.js';
import { LeasedMessage } from '../native/leased-message.js';
import { clearTimeout, now, setTimeout } from '../base/timers.js';
import { Losses } from '../base/losses.js';
import { SendLine, type SendTicket } from './line/send-line.js';

const { EINVAL, EMSGSIZE } = constants.errno;

/** What was taken over from a process that died stays where it is: it is no message of the queue any more. */
function ofQueue(messages: readonly Message[]): Message[] {
  return messages.filter((each) => !(LeasedMessage.is(each) && each.adopted));
}

/** They are in the queue: no lease need keep them. */
function arrived(messages: readonly Message[]): void {
  for (const each of messages) if (LeasedMessage.is(each)) each.done();
}

/** How many of messages that cannot go back are gone: a lease keeps the others. */
export function countLost(messages: readonly Message[]): number {
  return messages.filter((each) => !LeasedMessage.is(each)).length;
}

function outgoing(messages: readonly Message[]): OutgoingMessages {
  return messages.flatMap((each) => [each.data, each.priority]);
}

/**
 * Puts messages back into the kernel's queue, at once: those that find no room. What can never go is
 * added to `losses`.
 *
 * @param patience - milliseconds to wait for room, while nothing else happens
 */
export function putBackNow(
  native: NativeQueue,
  given: readonly Message[],
  losses: Losses,
  patience = 0,
): Message[] {
  const messages = ofQueue(given);
  const end = now() + patience;
  const all = outgoing(messages);
  for (let next = 0; next < messages.length;) {
    const count = outbox.put(all, next);
    const left = patience > 0 ? Math.max(0, Math.ceil(end - now())) : 0;
    const result = count > 0 ? native.putBack(count, left) : problemOf(messages[next]);
    if (result > 0) {
      arrived(messages.slice(next, next + result));
      next += result;
    } else if (result === NOTHING) return messages.slice(next);
    else if (isOfOne(result)) {
      losses.add(countLost(messages.slice(next, next + 1)), result);
      next += 1;
    } else {
      losses.add(countLost(messages.slice(next)), result < 0 ? result : -EINVAL);
      break;
    }
  }
  return [];
}

/** Who decoded it may have given its memory away; or it exceeds any queue that is open. */
function problemOf(message: Message | undefined): number {
  return message !== undefined && isUnreadable(message.data) ? UNREADABLE : -EMSGSIZE;
}

/** Whether the others may go. A queue that was opened anew may have smaller messages. */
function isOfOne(errno: number | undefined): boolean {
  return errno === -EMSGSIZE || errno === UNREADABLE;
}

/** What could not be put back. */
export interface NotPutBack {
  /** They found no room in time. */
  readonly messages: Message[];
  /** They never can. */
  readonly losses: Losses;
}

interface Waiting {
  messages: Message[];
  /** How many of them have gone. */
  sent: number;
}

/**
 * Puts what a queue object has taken and nobody got back into the kernel's queue, and waits a moment
 * for room there while the event loop goes on. It is for an object that does not send any more.
 */
export class PutBack {
  readonly #name: string;
  readonly #native: NativeQueue;
  readonly #sends: SendLine;
  readonly #waiting = new Set<Waiting>();
  #line: SendLine | undefined;

  /** @param sends - the line of the object's own senders */
  constructor(name: string, native: NativeQueue, sends: SendLine) {
    this.#name = name;
    this.#native = native;
    this.#sends = sends;
  }

  /** How many wait for room. */
  get held(): number {
    let held = 0;
    for (const { messages, sent } of this.#waiting) held += messages.length - sent;
    return held;
  }

  /** Resolves when all have gone, or their time is over. */
  put(messages: Message[]): Promise<NotPutBack> {
    const losses = new Losses();
    const waiting = { messages, sent: 0 };
    // Before there is a promise: an async hook may end the process.
    this.#waiting.add(waiting);
    waiting.messages = putBackNow(this.#native, messages, losses);
    return this.#wait(waiting, losses);
  }

  /** For the end of the process: those that still wait. Nothing is sent any more. */
  giveUp(): Message[] {
    this.#line?.giveUp(() => new AbortError(undefined, this.#name));
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    return waiting.flatMap(({ messages, sent }) => messages.slice(sent));
  }

  async #wait(waiting: Waiting, losses: Losses): Promise<NotPutBack> {
    const end = now() + facts().patience;
    let left = end - now();
    while (waiting.messages.length > 0 && left > 0) {
      const goesOn = await this.#send(waiting, left);
      // The process was said to end: they went another way.
      if (!this.#waiting.has(waiting)) return { messages: [], losses };
      const rest = waiting.messages.slice(waiting.sent);
      waiting.sent = 0;
      waiting.messages = putBackNow(this.#native, rest, losses);
      left = goesOn ? end - now() : 0;
    }
    this.#waiting.delete(waiting);
    return { messages: waiting.messages, losses };
  }

  /** One stand in line, for so many milliseconds at most. False when that cannot bring anything. */
  async #send(waiting: Waiting, milliseconds: number): Promise<boolean> {
    if (this.#sends.busy) return false;
    // Whatever the object's own way: who polls gets no room while others are blocked.
    this.#line ??= new SendLine(this.#name, this.#native, 'auto', undefined);
    const line = this.#line;
    return new Promise((resolve) => {
      const ticket: SendTicket = {
        messages: outgoing(waiting.messages),
        settle: (error, sent) => {
          clearTimeout(timer);
          arrived(waiting.messages.slice(waiting.sent, sent));
          waiting.sent = sent;
          resolve(isOfOne((error as { errno?: number } | null)?.errno));
        },
      };
      const timer = setTimeout(() => {
        line.leave(ticket, new AbortError(undefined, this.#name));
      }, milliseconds);
      line.join(ticket);
    });
  }
}
