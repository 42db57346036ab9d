import { constants } from 'node:os';
import { invalidValue } from './argument-errors.js';
import { MessageQueueError } from './error-classes.js';

/**
 * For credentials or a virtual host that a broker does not take.
 *
 * @internal
 */
export function refusedError(cause: unknown): MessageQueueError {
  return new MessageQueueError(
    'The broker refused the connection: user, password or virtual host of `urls` are wrong, or the user may not use ' +
      'that host. See `rabbitmqctl list_permissions`',
    { code: 'EACCES', errno: -constants.errno.EACCES, cause },
  );
}

/**
 * For a queue that a broker has with other arguments.
 *
 * @internal
 */
export function otherArgumentsError(queue: string, cause: unknown): MessageQueueError {
  const found = (cause as { message?: unknown } | null)?.message;
  return new MessageQueueError(
    `Queue '${queue}' exists with other arguments than it is to be created with (${String(found)}). Open it without ` +
      "'create', or with the same 'maxMessages', 'priorityLevels' and 'durable', or delete it",
    { code: 'EEXIST', errno: -constants.errno.EEXIST, queue, cause },
  );
}

/**
 * For what a broker or its link answered, and nothing else says.
 *
 * @internal
 */
export function brokerError(queue: string, cause: unknown): MessageQueueError {
  const message = (cause as { message?: unknown } | null)?.message;
  return new MessageQueueError(`The broker failed for queue '${queue}': ${String(message)}`, {
    code: 'ERR_MQ_BROKER',
    queue,
    cause,
  });
}

/**
 * For a message whose link was lost before it was acknowledged.
 *
 * @internal
 */
export function lostLinkError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `The link to the broker was lost with a message of queue '${queue}' in hand: it comes again, to this receiver or ` +
      'another',
    { code: 'ERR_MQ_BROKER', queue },
  );
}

/** @internal */
export function badAmqpName(name: unknown): Error {
  return invalidValue('name', "1 to 255 bytes that do not begin with 'amq.'", name);
}
