import { AbortError, closedError, tooLargeError } from '../errors.js';
import { turn } from '../queue/turn.js';

/** A message in memory. */
export interface MemoryMessage {
  readonly body: Buffer;
  readonly priority: number;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
}

interface Waiting<T> {
  readonly owner: object;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
  readonly disarm: () => void;
}

interface WaitingSender extends Waiting<void> {
  readonly message: MemoryMessage;
}

/** What the kernel does with a queue, done in memory. `owner` is the handle that waits. */
export class MemoryQueue {
  readonly name: string;
  readonly maxMessages: number;
  readonly maxMessageSize: number;
  readonly #messages: MemoryMessage[] = [];
  readonly #receivers: Waiting<MemoryMessage>[] = [];
  readonly #senders: WaitingSender[] = [];
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
      const waiting = this.#wait(this.#senders, owner, resolve, reject, signal);
      this.#senders.push({ ...waiting, message });
      this.#serve();
    });
  }

  receive(owner: object, signal?: AbortSignal): Promise<MemoryMessage> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) throw new AbortError(signal.reason, this.name);
      this.#receivers.push(this.#wait(this.#receivers, owner, resolve, reject, signal));
      this.#serve();
    });
  }

  /** Rejects whatever waits through this handle. */
  leave(owner: object): void {
    for (const line of [this.#receivers, this.#senders] as Waiting<never>[][]) {
      for (const waiting of line.filter((each) => each.owner === owner)) {
        remove(line, waiting.resolve);
        waiting.disarm();
        waiting.reject(closedError(this.name));
      }
    }
  }

  /** Whoever can be served, within the turn: promises alone would never let the loop have its own. */
  #serve(): void {
    while (!this.#scheduled) {
      const sends = this.#senders.length > 0 && this.#messages.length < this.maxMessages;
      const receives = this.#receivers.length > 0 && this.#messages.length > 0;
      if (!sends && !receives) return;
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
    const { message, disarm, resolve } = this.#senders.shift() as WaitingSender;
    disarm();
    const behind = this.#messages.findIndex((each) => each.priority < message.priority);
    this.#messages.splice(behind < 0 ? this.#messages.length : behind, 0, message);
    resolve();
  }

  #receiveNext(): void {
    const { disarm, resolve } = this.#receivers.shift() as Waiting<MemoryMessage>;
    disarm();
    resolve(this.#messages.shift() as MemoryMessage);
  }

  #wait<T>(
    line: readonly Waiting<T>[],
    owner: object,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
    signal: AbortSignal | undefined,
  ): Waiting<T> {
    const abort = (): void => {
      remove(line as Waiting<T>[], resolve);
      reject(new AbortError(signal?.reason, this.name));
    };
    signal?.addEventListener('abort', abort, { once: true });
    return { owner, resolve, reject, disarm: () => signal?.removeEventListener('abort', abort) };
  }
}

function remove<T>(line: Waiting<T>[], resolve: (value: T) => void): void {
  const index = line.findIndex((each) => each.resolve === resolve);
  if (index >= 0) line.splice(index, 1);
}
