import { Observable } from 'rxjs';
import { Line } from '../base/line.js';
import { presentScope, within } from '../base/scope.js';

/** Who gets the values of the replies to one request. One of the last two is called, once. */
export interface ValueSink<T> {
  next(value: T): void;
  end(): void;
  fail(error: Error): void;
}

/** Sends the request; what it returns has nobody wait for the replies any more. */
export type Begin<T> = (sink: ValueSink<T>) => () => void;

/**
 * All replies to one request: an Observable and an async iterable. Each subscription, and each `for await`, sends a
 * request of its own; who unsubscribes, or breaks, hears no more of it. Replies come when the worker sends
 * them, and wait in memory for who takes them more slowly.
 */
export class ReplyStream<T> extends Observable<T> implements AsyncIterable<T> {
  readonly #begin: Begin<T>;

  /** @internal */
  constructor(begin: Begin<T>) {
    super((subscriber) => {
      const scope = presentScope();
      return begin({
        next: (value) => within(scope, () => subscriber.next(value)),
        end: () => within(scope, () => subscriber.complete()),
        fail: (error) => within(scope, () => subscriber.error(error)),
      });
    });
    this.#begin = begin;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return new ReplyIterator(this.#begin);
  }
}

interface Step<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: Error): void;
}

const DONE = { done: true, value: undefined } as const;

/** By hand: that of an async generator cannot be left while it waits for the next reply. */
class ReplyIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #begin: Begin<T>;
  readonly #values = new Line<T>();
  readonly #steps = new Line<Step<T>>();
  #cancel: (() => void) | undefined;
  #ended = false;
  #error: Error | undefined;

  constructor(begin: Begin<T>) {
    this.#begin = begin;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.#start();
    return new Promise((resolve, reject) => {
      this.#steps.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#cancel?.();
    this.#cancel = () => undefined;
    this.#values.take(Infinity);
    this.#error = undefined;
    this.#end();
    return DONE;
  }

  #start(): void {
    this.#cancel ??= this.#begin({
      next: (value) => {
        this.#values.push(value);
        this.#serve();
      },
      end: () => {
        this.#end();
      },
      fail: (error) => {
        this.#error = error;
        this.#end();
      },
    });
  }

  #end(): void {
    this.#ended = true;
    this.#serve();
  }

  #serve(): void {
    while (this.#steps.length > 0 && (this.#values.length > 0 || this.#ended)) {
      const step = this.#steps.shift() as Step<T>;
      if (this.#values.length > 0) {
        step.resolve({ done: false, value: this.#values.shift() as T });
      } else if (this.#error !== undefined) {
        step.reject(this.#error);
        this.#error = undefined;
      } else {
        step.resolve(DONE);
      }
    }
  }
}
