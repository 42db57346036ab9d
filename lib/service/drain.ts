import { codeOf } from '../base/code-of.js';
import type { Delivery, ReceiverOptions, Transport } from '../transport/transport.js';

// A message that was counted and is gone meanwhile must not keep the host.
const PATIENCE = 1000;

/** Takes what an earlier run left in a queue, and opens nothing else for it. */
export async function drainQueue(
  transport: Transport,
  name: string,
  opening: ReceiverOptions,
  tell: (delivery: Delivery) => void | Promise<void>,
): Promise<void> {
  const receiver = await transport.openReceiver(name, opening);
  try {
    const { messages } = await transport.stat(name);
    for (let index = 0; index < messages; index += 1) {
      const delivery = await receiver.next(AbortSignal.timeout(PATIENCE));
      await tell(delivery);
    }
  } catch (error) {
    if (codeOf(error) !== 'ABORT_ERR') throw error;
  } finally {
    await receiver.close();
  }
}
