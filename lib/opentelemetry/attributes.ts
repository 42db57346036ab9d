import type { Attributes } from '@opentelemetry/api';
import type { ProcessOperation, ReceiveOperation, RequestOperation } from '../base/channels.js';

/** Whatever is known of an operation. */
export type AnyOperation = ReceiveOperation & Partial<ProcessOperation & RequestOperation>;

/** What a kind of operation is, in OpenTelemetry's words. */
export type OperationType = 'send' | 'receive' | 'process';

/** As OpenTelemetry's semantic conventions for messaging have it. What is undefined is left out. */
export function attributesOf(
  operation: AnyOperation,
  type: OperationType,
  name: string,
): Attributes {
  return {
    'messaging.system': 'posix_mqueue',
    'messaging.destination.name': operation.queue,
    'messaging.operation.type': type,
    'messaging.operation.name': name,
    'messaging.message.body.size': operation.size,
    'messaging.message.conversation_id': operation.id,
    'messaging.batch.message_count': isBatch(operation) ? operation.count : undefined,
    'messaging.posix_mqueue.message.priority': operation.priority,
    'messaging.posix_mqueue.message.method': operation.method,
    'messaging.posix_mqueue.message.attempt': operation.attempt,
  };
}

/** The conventions do not want a count of what is always one. */
function isBatch({ count = 1 }: AnyOperation): boolean {
  return count > 1;
}

/** One word for what went wrong. */
export function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : '_OTHER';
}
