import { carriesNoneError, noRedeliveryError } from '../base/errors.js';
import { PROPERTIES } from './properties.js';
import type { Properties, ReceiverOptions } from './transport.js';

/** The bytes of a POSIX message are all that it has besides its priority, see mq_send(3). */
export function refuseProperties(queue: string, properties: Properties): void {
  for (const name of PROPERTIES) {
    if (properties[name] !== undefined) throw carriesNoneError(queue, name);
  }
}

/** For a transport without that capability. */
export function refuseRedelivery(queue: string, options: ReceiverOptions = {}): void {
  if (options.redelivery === true) throw noRedeliveryError(queue);
}
