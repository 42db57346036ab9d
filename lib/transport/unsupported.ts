import { carriesNoneError, noRedeliveryError } from '../base/errors.js';
import type { Properties, ReceiverOptions } from './transport.js';

/** The bytes of a POSIX message are all that it has besides its priority, see mq_send(3). */
export function refuseCorrelation(queue: string, properties: Properties): void {
  const property =
    properties.correlationId !== undefined
      ? 'correlationId'
      : properties.replyTo !== undefined
        ? 'replyTo'
        : undefined;
  if (property !== undefined) throw carriesNoneError(queue, property);
}

/** For a transport without that capability. */
export function refuseRedelivery(queue: string, options: ReceiverOptions = {}): void {
  if (options.redelivery === true) throw noRedeliveryError(queue);
}
