import { encodeMessage, encodeValue, type Codec } from '../codec/codec.js';
import { Message } from '../base/message.js';
import type { Delivery, Sender } from '../transport/transport.js';

export function messageOf({ body, priority }: Delivery): Message {
  return new Message(body, priority);
}

/** Sends a value, or a Message with its own priority. */
export async function sendValue(
  sender: Sender,
  codec: Codec<unknown, unknown>,
  value: unknown,
  queue: string,
  options: { priority?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  if (value instanceof Message) {
    const [bytes, priority] = encodeMessage(value, queue);
    await sender.send(bytes, { priority, ...options });
    return;
  }
  await sender.send(encodeValue(codec, value, queue), options);
}
