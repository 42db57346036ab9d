import { AbortError, closedError, tooLargeError } from '../base/errors.js';
import { AbortListener } from '../base/abort-listener.js';
import { Line } from '../base/line.js';
import { now } from '../base/timers.js';
import { turn } from '../queue/line/turn.js';
import type { Properties } from './transport.js';

/** A message in memory. */
export interface MemoryMessage extends Properties {
  readonly body: Buffer;
  readonly priority: number;
  /** By `now()`: when it was sent. */
  readonly since?: number | undefined;
}

interface Waiting<T> {
  readonly owner: object;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
  listener?: AbortListener;
}

interface WaitingSender extends Waiting<void> {
  readonly message: MemoryMessage;
}

/** What the kernel does with a queue, done in memory. `owner` is the handle that waits. */
export class MemoryQueue {
  readonly name: string;
  readonly maxMessages: number;
  readonly maxMessageSize: number;
  readonly #messages = new Line<MemoryMessage>();
  readonly #receivers = new Line<Waiting<MemoryMessage>>();
  readonly #senders = new Line<WaitingSender>();
  #scheduled = false;

  constructor(name: string, maxMessages: number, maxMessageSize: number) {
    this.name = name;
    this.maxMessages = maxMessages;
    this.maxMessageSize = maxMessageSize;
  }

  get length(): number {
    return this.#messages.length;
  }

  send(owner: object, message: MemoryMessage, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) throw new AbortError(signal.reason, this.name);
      const size = message.body.length;
      if (size > this.maxMessageSize) throw tooLargeError(this.name, size, this.maxMessageSize);
      this.#join(this.#senders, { owner, message, resolve, reject }, signal);
    });
  }

  /** False where somebody waits for room already, or it is the event loop's turn. */
  trySend(message: MemoryMessage): boolean {
    const isFull = this.#messages.length >= this.maxMessages;
    if (isFull || this.#senders.length > 0 || !turn.open) return false;
    this.#put(message);
    turn.spend();
    this.#serve();
    return true;
  }

  receive(owner: object, signal?: AbortSignal): Promise<MemoryMessage> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) throw new AbortError(signal.reason, this.name);
      this.#join(this.#receivers, { owner, resolve, reject }, signal);
    });
  }

  /** Takes a message back. Where there is no room it waits for some, whoever closes a handle. */
  requeue(message: MemoryMessage): void {
    void this.send(this, message);
  }

  /** Rejects whatever waits through this handle. */
  leave(owner: object): void {
    rejectAll(this.#receivers, owner, this.name);
    rejectAll(this.#senders, owner, this.name);
  }

  /** Whoever can be served, within the turn: promises alone would never let the loop have its own. */
  #serve(): void {
    while (!this.#scheduled) {
      const sends = this.#senders.length > 0 && this.#messages.length < this.maxMessages;
      const receives = this.#receivers.length > 0 && this.#messages.length > 0;
      if (!sends && !receives) return;
      if (receives && this.#dropExpired()) continue;
      if (!turn.open) {
        this.#scheduled = true;
        turn.next(this.#resume);
        return;
      }
      if (sends) this.#sendNext();
      else this.#receiveNext();
      turn.spend();
    }
  }

  readonly #resume = (): void => {
    this.#scheduled = false;
    this.#serve();
  };

  #sendNext(): void {
    const { message, listener, resolve } = this.#senders.shift() as WaitingSender;
    listener?.remove();
    this.#put(message);
    resolve();
  }

  #put(message: MemoryMessage): void {
    this.#messages.insert(message, (other) => other.priority >= message.priority);
  }

  /** Whether the next message is too old for anybody, and was dropped. */
  #dropExpired(): boolean {
    const { expiration = Infinity, since = 0 } = this.#messages.front?.value ?? {};
    if (expiration === Infinity || now() - since < expiration) return false;
    this.#messages.shift();
    return true;
  }

  #receiveNext(): void {
    const { listener, resolve } = this.#receivers.shift() as Waiting<MemoryMessage>;
    listener?.remove();
    resolve(this.#messages.shift() as MemoryMessage);
  }

  #join<W extends Waiting<never>>(line: Line<W>, waiting: W, signal?: AbortSignal): void {
    const place = line.push(waiting);
    if (signal !== undefined) {
      waiting.listener = new AbortListener(signal, () => {
        line.leave(place);
        waiting.reject(new AbortError(signal.reason, this.name));
      });
    }
    this.#serve();
  }
}

function rejectAll(line: Line<Waiting<never>>, owner: object, queue: string): void {
  let next = line.front;
  while (next !== undefined) {
    const place = next;
    next = place.behind;
    if (place.value.owner !== owner) continue;
    line.leave(place);
    place.value.listener?.remove();
    place.value.reject(closedError(queue));
  }
}
