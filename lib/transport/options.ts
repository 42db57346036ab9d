import { integer, isBoolean, type Checks } from '../base/options.js';
import type { NackOptions, ReceiverOptions } from './transport.js';

/** @internal */
export const receiverChecks: Checks<ReceiverOptions> = {
  create: isBoolean,
  exclusive: isBoolean,
  maxMessages: integer(1, Infinity),
  maxMessageSize: integer(1, Infinity),
  follow: isBoolean,
  competing: isBoolean,
  redelivery: isBoolean,
  concurrency: integer(1, 10_000),
  private: isBoolean,
};

/** @internal */
export const nackChecks: Checks<NackOptions> = { requeue: isBoolean };
