import { notifyChecks, requestChecks, type RequestOptions } from '../rpc/host-options.js';
import { checkOptions } from '../base/options.js';

/** How to send one request or event. An event takes `priority`, `meta`, `timeout` (for room in the queue) and `signal`. */
export type PosixMqueueRecordOptions = Omit<RequestOptions, 'method'>;

/** Data with options of its own. See {@link PosixMqueueRecordBuilder}. */
export class PosixMqueueRecord<T = unknown> {
  /** What the handler gets. */
  readonly data: T;
  /** How to send it. */
  readonly options: PosixMqueueRecordOptions;

  /** @throws TypeError or RangeError for a bad option */
  constructor(data: T, options?: PosixMqueueRecordOptions) {
    this.data = data;
    this.options = checkOptions('PosixMqueueRecord', options, requestChecks);
  }
}

/**
 * Makes a {@link PosixMqueueRecord}, as the builders of Nest's other transports make theirs.
 *
 * @example
 * ```ts
 * const record = new PosixMqueueRecordBuilder([1, 2]).setOptions({ priority: 7, timeout: 1000 }).build();
 * client.send('sum', record).subscribe(console.log);
 * ```
 */
export class PosixMqueueRecordBuilder<T> {
  #data: T | undefined;
  #options: PosixMqueueRecordOptions | undefined;

  constructor(data?: T) {
    this.#data = data;
  }

  /** How to send it. */
  setOptions(options: PosixMqueueRecordOptions): this {
    this.#options = options;
    return this;
  }

  /** What the handler gets. */
  setData(data: T): this {
    this.#data = data;
    return this;
  }

  /** @throws TypeError or RangeError for a bad option */
  build(): PosixMqueueRecord<T> {
    return new PosixMqueueRecord(this.#data as T, this.#options);
  }
}

/** Those of the options that are for an event, which nobody answers. */
export function forEvent(options: PosixMqueueRecordOptions): PosixMqueueRecordOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key in notifyChecks));
}
