import type { Deserializer, Serializer } from '@nestjs/microservices';
import type { AnyCodec } from '../codec/codec.js';
import { json } from '../codec/json.js';
import { invalidType } from '../base/errors.js';
import { isMilliseconds, type Check, type Checks } from '../base/options.js';
import {
  requestChecks,
  rpcHostChecks,
  type RequestOptions,
  type RpcHostOptions,
} from '../rpc/host-options.js';
import { rpcWorkerChecks, type RpcWorkerOptions } from '../rpc/worker-options.js';
import { PosixTransport } from '../transport/posix.js';

/** What Nest's own transports take as well. */
export interface PacketOptions {
  /**
   * Makes of an outgoing packet what is sent, as with Nest's own transports.
   *
   * @defaultValue the packet as it is
   */
  serializer?: Serializer | undefined;
  /**
   * Makes a packet of what has come.
   *
   * @defaultValue Nest's `IncomingRequestDeserializer` and `IncomingResponseDeserializer`
   */
  deserializer?: Deserializer | undefined;
}

/**
 * How to run a server: the options of an RpcWorker, with the defaults `codec: json`, `concurrency: 100` and, with the
 * queues of the kernel, `spill: true`.
 */
export interface PosixMqueueServerOptions extends RpcWorkerOptions<AnyCodec>, PacketOptions {
  /**
   * Milliseconds that `close()` gives to what is in hand. Then the `signal` of the context is aborted, and clients are
   * told that their requests have failed.
   *
   * @defaultValue 10000
   */
  shutdownTimeout?: number | undefined;
}

/**
 * How to run a client: the options of an RpcHost, and those of each request. Defaults are `codec: json` and, with the
 * queues of the kernel, `spill: true`.
 */
export interface PosixMqueueClientOptions
  extends
    RpcHostOptions<AnyCodec>,
    PacketOptions,
    Pick<RequestOptions, 'timeout' | 'attemptTimeout' | 'retries' | 'priority'> {
  /**
   * Milliseconds until a request fails with `ETIMEDOUT`, up to the last of its values. It goes with the request: a server that takes
   * it later drops it. The operator `timeout` of rxjs does not reach the server.
   *
   * @defaultValue `Infinity`, as with Nest's own transports
   */
  timeout?: number | undefined;
}

const isSerializer: Check = (argument, value) => {
  if (typeof (value as Partial<Serializer> | null)?.serialize === 'function') return;
  throw invalidType(argument, 'an object with serialize()', value);
};
const isDeserializer: Check = (argument, value) => {
  if (typeof (value as Partial<Deserializer> | null)?.deserialize === 'function') return;
  throw invalidType(argument, 'an object with deserialize()', value);
};
const packetChecks: Checks<PacketOptions> = {
  serializer: isSerializer,
  deserializer: isDeserializer,
};

/** @internal */
export const serverChecks: Checks<PosixMqueueServerOptions> = {
  ...rpcWorkerChecks,
  ...packetChecks,
  shutdownTimeout: isMilliseconds,
};

const { timeout, attemptTimeout, retries, priority } = requestChecks;

/** @internal */
export const clientChecks: Checks<PosixMqueueClientOptions> = {
  ...rpcHostChecks,
  ...packetChecks,
  timeout,
  attemptTimeout,
  retries,
  priority,
};

/** Users of Nest send values, of any size. */
export function withNestDefaults<O extends RpcHostOptions<AnyCodec> | RpcWorkerOptions<AnyCodec>>(
  options: O,
): O {
  const { transport } = options;
  const spill = transport === undefined || transport instanceof PosixTransport;
  return { codec: json, ...(spill && { spill }), ...options };
}
