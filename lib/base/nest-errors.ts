import { MessageQueueError } from './error-classes.js';

/**
 * For a client that was closed between its connect() and a request.
 *
 * @internal
 */
export function closedClientError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `The client of queue '${queue}' was closed before this was sent. Close it after the last request; connect(), send() and ` +
      'emit() open it anew',
    { code: 'ERR_MQ_CLOSED', queue },
  );
}
