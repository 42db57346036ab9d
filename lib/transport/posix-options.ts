import type { Checks } from '../base/options.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';
import type { QueueOptions } from './transport.js';

/** How PosixTransport opens its queues, besides what every transport knows. */
export interface PosixTransportOptions extends Omit<CreateOptions, keyof QueueOptions> {}

const {
  create: _,
  exclusive: __,
  maxMessages: ___,
  maxMessageSize: ____,
  ...ofPosix
} = createChecks;

/** @internal */
export const posixChecks: Checks<PosixTransportOptions> = ofPosix;
