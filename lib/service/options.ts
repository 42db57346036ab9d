import { isCodec, type AnyCodec, type Codec } from '../codec/codec.js';
import { raw } from '../codec/raw.js';
import { invalidType, invalidValue } from '../base/errors.js';
import { oneOf, type Check, type Checks } from '../base/options.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';
import { PosixTransport } from '../transport/posix.js';
import { posixChecks, type PosixTransportOptions } from '../transport/posix-options.js';
import type { QueueOptions, Transport } from '../transport/transport.js';

/** What all hosts and workers have in common, of whatever protocol. */
export interface PeerOptions<C extends AnyCodec = typeof raw> extends CreateOptions {
  /**
   * Turns values into bytes and back.
   *
   * @defaultValue `raw`
   */
  codec?: C | undefined;
  /**
   * Where the queues are. `create`, `exclusive`, `maxMessages` and `maxMessageSize` are for queues of all
   * transports. The other options for opening (`mode`, `wait` and so on) are those of a PosixTransport: the
   * default one gets them, one that is given here has had them when it was made, and to any other they say
   * nothing.
   *
   * @defaultValue the kernel of this machine
   */
  transport?: Transport | undefined;
}

/**
 * What Host and Worker have in common. The options for opening default to what the programs have
 * that speak the raw protocol: `create: true`, `mode: 0o600`, `maxMessages: 1`,
 * `maxMessageSize: 512`. With another size a C program's receive fails with `EMSGSIZE`.
 */
export interface ServiceOptions<C extends AnyCodec = typeof raw> extends PeerOptions<C> {
  /**
   * How requests and responses belong together. With `'raw'` a message is the bytes and nothing
   * else, so that any program can be the other side. Where each reply is to find who asked, use
   * `posix-mqueue/rpc`.
   *
   * @defaultValue `'raw'`
   */
  protocol?: 'raw' | undefined;
}

/** @internal */
export const isTransport: Check = (argument, value) => {
  const transport = value as Partial<Transport> | null;
  if (typeof transport?.openSender === 'function') return;
  throw invalidType(argument, 'a Transport', value);
};

/** @internal */
export const isName: Check = (argument, value) => {
  if (typeof value !== 'string') throw invalidType(argument, "a queue's name", value);
};

/** @internal */
export const peerChecks: Checks<PeerOptions<AnyCodec>> = {
  ...createChecks,
  codec: isCodec,
  transport: isTransport,
};
/** @internal */
export const serviceChecks: Checks<ServiceOptions<AnyCodec>> = {
  ...peerChecks,
  protocol: oneOf('raw'),
};

type Sizes = Required<Pick<QueueOptions, 'maxMessages' | 'maxMessageSize'>>;

/** What is left of the options once the defaults are in. */
export interface Service {
  readonly codec: Codec<unknown, unknown>;
  readonly transport: Transport;
  readonly opening: QueueOptions;
}

/** Of the programs that speak the raw protocol. */
const RAW_SIZES = { maxMessages: 1, maxMessageSize: 512 };

/**
 * @param sizes - of a queue that is not there yet, where the options have none
 * @throws TypeError for options that a PosixTransport should have had when it was made
 * @internal
 */
export function withDefaults(options: PeerOptions<AnyCodec>, sizes: Sizes = RAW_SIZES): Service {
  const { codec = raw, create = true, exclusive, maxMessages, maxMessageSize } = options;
  return {
    codec: codec as Codec<unknown, unknown>,
    transport: transportOf(options),
    opening: {
      create,
      exclusive,
      maxMessages: maxMessages ?? sizes.maxMessages,
      maxMessageSize: maxMessageSize ?? sizes.maxMessageSize,
    },
  };
}

function transportOf(options: PeerOptions<AnyCodec>): Transport {
  const { transport } = options;
  if (transport !== undefined && !(transport instanceof PosixTransport)) return transport;
  const ofPosix: Record<string, unknown> = {};
  for (const key of Object.keys(posixChecks) as (keyof PosixTransportOptions)[]) {
    const value = options[key];
    if (value === undefined) continue;
    if (transport !== undefined) {
      throw invalidValue(`options.${key}`, 'given to the PosixTransport when it is made', value);
    }
    ofPosix[key] = value;
  }
  return transport ?? new PosixTransport(ofPosix);
}

/** @internal */
export function refuseSameQueue(
  requests: string,
  other: string | undefined,
  option = 'responses',
): void {
  if (requests !== other) return;
  throw invalidValue(`options.${option}`, 'another queue than options.requests', other);
}
