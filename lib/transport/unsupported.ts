import { MessageQueueError } from '../base/errors.js';
import type { Properties } from './transport.js';

/** The bytes of a POSIX message are all that it has besides its priority, see mq_send(3). */
export function refuseCorrelation(queue: string, properties: Properties): void {
  const property =
    properties.correlationId !== undefined
      ? 'correlationId'
      : properties.replyTo !== undefined
        ? 'replyTo'
        : undefined;
  if (property === undefined) return;
  throw new MessageQueueError(
    `Queue '${queue}' cannot carry a ${property}: its messages are bytes and a priority. Put it ` +
      `into the message itself`,
    { code: 'ERR_MQ_UNSUPPORTED', syscall: 'mq_timedsend', queue },
  );
}
