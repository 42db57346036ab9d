import { constants } from 'node:os';
import { invalidValue } from './argument-errors.js';
import { MessageQueueError } from './error-classes.js';

function textOf(cause: unknown): string {
  return String((cause as { message?: unknown } | null)?.message);
}

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
  return new MessageQueueError(
    `Queue '${queue}' exists with other arguments than it is to be created with (${textOf(cause)}). Open it without ` +
      "'create', or with the same 'maxMessages', 'priorityLevels' and 'durable', or delete it",
    { code: 'EEXIST', errno: -constants.errno.EEXIST, queue, cause },
  );
}

/**
 * For a queue that a broker does not have.
 *
 * @internal
 */
export function missingQueueError(queue: string, syscall: string): MessageQueueError {
  return new MessageQueueError(
    `The broker has no queue '${queue}': nobody has created it, or somebody deleted it while it was in use. Open it with ` +
      "'create: true', or start its creator first",
    { code: 'ENOENT', errno: -constants.errno.ENOENT, syscall, queue },
  );
}

/**
 * For what a user may not do with a queue.
 *
 * @internal
 */
export function forbiddenError(queue: string, syscall: string, cause: unknown): MessageQueueError {
  return new MessageQueueError(
    `The broker does not let the user of 'urls' do that with queue '${queue}' (${textOf(cause)}). Permit it by ` +
      '`rabbitmqctl set_permissions`; docs/rabbitmq.md has what each side needs',
    { code: 'EACCES', errno: -constants.errno.EACCES, syscall, queue, cause },
  );
}

/**
 * For what nobody but its connection may do with a queue.
 *
 * @internal
 */
export function lockedError(queue: string, syscall: string, cause: unknown): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' is another connection's own, as that for the replies to a host: nobody else can receive from it, ` +
      'create or delete it. Choose another name, or close who has it',
    { code: 'EACCES', errno: -constants.errno.EACCES, syscall, queue, cause },
  );
}

/**
 * For what a broker or its link answered, and nothing else says.
 *
 * @internal
 */
export function brokerError(queue: string, cause: unknown): MessageQueueError {
  return new MessageQueueError(`The broker failed for queue '${queue}': ${textOf(cause)}`, {
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
