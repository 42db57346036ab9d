import { carriesNoneError } from '../base/errors.js';
import type { Properties } from './transport.js';

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
