import { receiving, sending, traced, type ReceiveOperation } from '../../base/channels.js';
import type { Bytes } from '../../base/bytes.js';
import type { Message } from '../../base/message.js';
import type { QueueCore } from '../core.js';
import type { WaitOptions } from './cancellation.js';
import { receiveFirst, type FirstMessage } from './receive-first.js';
import { receiveMany, receiveOne } from './receive.js';
import { bytesAndPriority, send, type SendOptions } from './send.js';

// What a MessageQueue's promises do, as an operation that a tracer may hear of. Streams, listeners, iterators and workers
// go without: who has one for each of their messages would pay for it with each.

export function sendTraced(
  core: QueueCore,
  data: Bytes | Message,
  options?: SendOptions,
): Promise<void> {
  if (!sending.hasSubscribers) return send(core, data, options);
  return tellOfSend(core, data, options);
}

async function tellOfSend(
  core: QueueCore,
  data: Bytes | Message,
  options?: SendOptions,
): Promise<void> {
  const [bytes, priority] = bytesAndPriority(data, options);
  const operation = { queue: core.name, priority, size: bytes.byteLength };
  await traced(sending, operation, () => send(core, data, options));
}

export function receiveOneTraced(
  core: QueueCore,
  where: string,
  options?: WaitOptions,
): Promise<Message> {
  if (!receiving.hasSubscribers) return receiveOne(core, where, options);
  const operation: ReceiveOperation = { queue: core.name };
  return traced(receiving, operation, async () => {
    const message = await receiveOne(core, where, options);
    tell(operation, [message]);
    return message;
  });
}

export function receiveManyTraced(
  core: QueueCore,
  where: string,
  max: number,
  options?: WaitOptions,
): Promise<Message[]> {
  if (!receiving.hasSubscribers) return receiveMany(core, where, max, options);
  const operation: ReceiveOperation = { queue: core.name };
  return traced(receiving, operation, async () => {
    const messages = await receiveMany(core, where, max, options);
    tell(operation, messages);
    return messages;
  });
}

/** Its queue is all of them, until it is known which one. */
export function receiveFirstTraced(
  cores: readonly QueueCore[],
  options?: WaitOptions,
): Promise<FirstMessage> {
  if (!receiving.hasSubscribers) return receiveFirst(cores, options);
  const operation: ReceiveOperation = { queue: cores.map(({ name }) => name).join(', ') };
  return traced(receiving, operation, async () => {
    const first = await receiveFirst(cores, options);
    const [index, message] = first;
    operation.queue = (cores[index] as QueueCore).name;
    tell(operation, [message]);
    return first;
  });
}

function tell(operation: ReceiveOperation, messages: readonly Message[]): void {
  operation.count = messages.length;
  operation.size = messages.reduce((total, { data }) => total + data.byteLength, 0);
  operation.priority = messages[0]?.priority;
}
