import {
  checkOptions,
  isFunction,
  isMilliseconds,
  required,
  type Checks,
} from '../../base/options.js';
import type { ReceiverOptions, Transport } from '../../transport/transport.js';
import { abort } from './abort.js';
import { acknowledgement } from './acknowledgement.js';
import { capacity } from './capacity.js';
import type { Case } from './case.js';
import { close } from './close.js';
import { errors } from './errors.js';
import { names } from './names.js';
import { order } from './order.js';
import { properties } from './properties.js';
import { redelivery } from './redelivery.js';
import { Setup } from './setup.js';
import { isReceiverOptions } from './receiver-options.js';

const PATIENCE = 5000;
const SETTLING = 20;

/** What is held to the contract, and how. */
export interface ContractOptions<T extends Transport = Transport> {
  /** Called for each case. It may give the same transport each time. */
  make: () => T | Promise<T>;
  /** A new name each time, which no queue has and `checkName` allows. */
  name: () => string;
  /**
   * How its receivers are opened, such as `{ redelivery: true, concurrency: 32 }`. Up to 4 messages are in hand at
   * one time.
   *
   * @defaultValue `{}`
   */
  receiver?: ReceiverOptions | undefined;
  /** Called at the end of each case, for what `make` gave. By then its queues are closed and unlinked. */
  end?: ((transport: T) => void | Promise<void>) | undefined;
  /**
   * Milliseconds within which has to come what has to come: a case fails by then.
   *
   * @defaultValue 5000
   */
  patience?: number | undefined;
  /**
   * Milliseconds in which nothing may come where nothing is to come. Longer than a message takes to its receiver.
   *
   * @defaultValue 20
   */
  settling?: number | undefined;
}

/** One thing that a transport has to do. */
export interface ContractCase {
  /** What it has to do, as the title of a test. */
  readonly title: string;
  /**
   * Does it with a transport of its own.
   *
   * @returns rejects with an AssertionError, or whatever else went wrong
   */
  readonly run: () => Promise<void>;
}

const checks: Checks<ContractOptions> = {
  make: isFunction,
  name: isFunction,
  receiver: isReceiverOptions,
  end: isFunction,
  patience: isMilliseconds,
  settling: isMilliseconds,
  [required]: ['make', 'name'],
};

const ALL: readonly Case[] = [
  ...order,
  ...capacity,
  ...names,
  ...errors,
  ...abort,
  ...close,
  ...acknowledgement,
  ...properties,
  ...redelivery,
];

/**
 * What Host, Worker and all the others expect of a transport, as cases that any test runner can run. Transports
 * may differ in what their `capabilities` say, and in nothing else.
 *
 * @example
 * ```ts
 * for (const { title, run } of transportContract({ make: () => new MyTransport(), name })) it(title, run);
 * ```
 *
 * @throws TypeError or RangeError for a bad option
 */
export function transportContract<T extends Transport>(
  options: ContractOptions<T>,
): readonly ContractCase[] {
  const checked = checkOptions(
    'transportContract()',
    options,
    checks as Checks<ContractOptions<T>>,
  );
  const { make, name, receiver = {}, end, patience = PATIENCE, settling = SETTLING } = checked;
  return ALL.map(({ title, run }) => ({
    title,
    run: async () => {
      const transport = await make();
      const setup = new Setup(transport, { name, receiver, patience, settling });
      try {
        await run(setup);
      } finally {
        await setup.end();
        await end?.(transport);
      }
    },
  }));
}
