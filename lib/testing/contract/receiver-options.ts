import type { Check } from '../../base/options.js';
import { checkOptions } from '../../base/options.js';
import { receiverChecks } from '../../transport/options.js';
import type { ReceiverOptions } from '../../transport/transport.js';

/** @internal */
export const isReceiverOptions: Check = (_, value) => {
  checkOptions('transportContract()', value as ReceiverOptions, receiverChecks);
};
