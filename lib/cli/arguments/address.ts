import type { BridgeEnd } from '../../service.js';
import { queueName } from './common.js';
import { tellOfBroker } from '../base/broker.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';

/** A queue of this machine or of a broker, as it is typed. */
export interface Address {
  readonly queue: string;
  /** Of the broker; none for a queue of this machine. */
  readonly url?: string;
}

const EXAMPLE = 'amqp://user@host:5672/vhost#queue';

/**
 * A name, or the address of a broker with the name of its queue behind `#`. `amqp:#queue` is on the broker of AMQP_URL in the
 * environment, so that no password stands in the command line, which all users of the machine see.
 */
export function address(value: string): Address {
  if (!/^amqps?:/.test(value)) return { queue: queueName(value) };
  const [url = '', queue = ''] = value.split('#');
  if (queue === '') {
    throw new CommandError(
      `the address of a broker has its queue behind #: ${EXAMPLE}`,
      ExitCode.usage,
    );
  }
  if (url !== 'amqp:') return { queue, url };
  const given = process.env['AMQP_URL'];
  if (given !== undefined) return { queue, url: given };
  throw new CommandError(
    `amqp:#${queue} needs the broker in the environment: AMQP_URL=amqp://user:password@host:5672`,
    ExitCode.usage,
  );
}

/** One more of several. */
export function addresses(value: string, before: readonly Address[] = []): Address[] {
  return [...before, address(value)];
}

/** For `bridge()`, with how its queue is to be made. */
export async function bridgeEnd(
  { queue, url }: Address,
  making: Partial<BridgeEnd>,
): Promise<BridgeEnd> {
  if (url === undefined) return { queue, ...making };
  const { AmqpTransport } = await import('../../amqp.js');
  const transport = new AmqpTransport({ urls: url });
  tellOfBroker(transport, queue);
  return { queue, transport, ...making };
}
