import type { CustomTransportStrategy, MessageHandler, ReadPacket } from '@nestjs/microservices';
import { catchError, concatMap, finalize, lastValueFrom, map, type Observable } from 'rxjs';
import { checkOptions } from '../base/options.js';
import type { AnyCodec } from '../codec/codec.js';
import type { RpcContext } from '../rpc/context.js';
import { RpcWorker } from '../rpc/worker.js';
import type { RpcWorkerEvents } from '../rpc/worker-options.js';
import { PosixMqueueContext } from './context.js';
import { serverChecks, withNestDefaults, type PosixMqueueServerOptions } from './options.js';
import { inputOf } from './input-of.js';
import { packError, packResponse, patternOf, unpackRequest } from './packets.js';
import { Server } from './peers.js';
import { POSIX_MQUEUE, type PosixMqueueStatus } from './status.js';
import { withoutEmptyEnd } from './without-empty-end.js';

/** The events of a server: those of its RpcWorker. */
export type PosixMqueueServerEvents = {
  [E in keyof RpcWorkerEvents]: (...told: RpcWorkerEvents[E]) => void;
};

/** As RpcWorker has it, for whom there is no handler. */
const NO_METHOD = 'ERR_MQ_METHOD';
/** As Nest's own transports have it. */
const NO_HANDLER = 'There is no matching message handler defined in the remote service.';
const CONCURRENCY = 100;
const SHUTDOWN_TIMEOUT = 10_000;

/**
 * Serves a Nest microservice by a queue: a transport strategy. What goes over the queue is MQ1, the protocol of `posix-mqueue/rpc`, so that clients
 * may be of any language: the pattern is the method, the data the body.
 *
 * @example
 * ```ts
 * const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
 *   strategy: new PosixMqueueServer({ requests: '/jobs' }),
 * });
 * await app.listen();
 * ```
 */
export class PosixMqueueServer
  extends Server<PosixMqueueServerEvents, PosixMqueueStatus>
  implements CustomTransportStrategy
{
  override transportId: symbol = POSIX_MQUEUE;
  readonly #worker: RpcWorker<AnyCodec>;
  readonly #shutdownTimeout: number;
  /** Failures that a handler has made known: they are the client's, and Nest has logged them where it logs such. */
  readonly #known = new WeakSet<object>();

  /** @throws TypeError or RangeError for a bad option. Nothing is opened yet. */
  constructor(options: PosixMqueueServerOptions) {
    super();
    const checked = checkOptions('PosixMqueueServer', options, serverChecks);
    const { serializer, deserializer, shutdownTimeout = SHUTDOWN_TIMEOUT, ...rest } = checked;
    this.initializeSerializer({ serializer } as object);
    this.initializeDeserializer({ deserializer } as object);
    this.#shutdownTimeout = shutdownTimeout;
    this.#worker = new RpcWorker<AnyCodec>(
      { concurrency: CONCURRENCY, ...withNestDefaults(rest) },
      (body: unknown, request: RpcContext) => this.#handle(body, request) as Promise<never>,
    );
    this.#follow();
  }

  /**
   * Opens the queue and works until it is closed.
   *
   * @param callback - is called when it is open, or with the error that keeps it from that
   */
  listen(callback: (error?: unknown) => unknown): void {
    let begun = false;
    this.#worker.once('ready', () => {
      begun = true;
      callback();
    });
    this.#worker.run().then(
      () => {
        if (!begun) callback();
      },
      (error: unknown) => {
        if (begun) this.logger.error(error);
        else callback(error);
      },
    );
  }

  /**
   * Takes no more messages, finishes those in hand, and closes the queue. What was not taken stays in the queue for the
   * next server.
   *
   * @returns resolves when that is done
   */
  close(): Promise<void> {
    return this.#worker.close({ timeout: this.#shutdownTimeout });
  }

  /** Calls back at each of the worker's events. */
  on<E extends keyof PosixMqueueServerEvents>(
    event: E,
    callback: PosixMqueueServerEvents[E],
  ): void {
    this.#worker.on(event, callback as never);
  }

  /** The RpcWorker, such as for its `stats()`. */
  unwrap<T = RpcWorker>(): T {
    return this.#worker as T;
  }

  /** Unlike Nest's, it ends when the handlers have: the event is in hand until then. */
  override async handleEvent(
    pattern: string,
    packet: ReadPacket,
    context: PosixMqueueContext,
  ): Promise<void> {
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) {
      await super.handleEvent(pattern, packet, context);
      return;
    }
    const results$ = await this.#call(handler, packet, context);
    await lastValueFrom(results$, { defaultValue: undefined });
  }

  async #handle(body: unknown, request: RpcContext): Promise<unknown> {
    const { id, method, meta, notification } = request;
    const metadata = Object.keys(meta).length > 0 ? { metadata: meta } : {};
    const rest = notification
      ? { pattern: method, ...metadata }
      : { pattern: patternOf(method), id, ...metadata };
    const told = { channel: method, context: request };
    const packet = await this.deserializer.deserialize(unpackRequest(body, rest), told);
    const pattern = this.getPatternAsString(packet.pattern);
    const context = new PosixMqueueContext([request, pattern, packet.metadata]);
    if (!notification) return this.#reply(pattern, packet, context);
    try {
      await this.handleEvent(pattern, packet, context);
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#known.add(error);
      throw error;
    }
    return undefined;
  }

  async #reply(
    pattern: string,
    packet: ReadPacket,
    context: PosixMqueueContext,
  ): Promise<Observable<unknown>> {
    const { id } = context.getMessage();
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) {
      throw await this.#errorOf(NO_HANDLER, { id, status: 'error' }, NO_METHOD);
    }
    const results$ = await this.#call(handler, packet, context);
    return results$.pipe(
      withoutEmptyEnd(),
      concatMap((response) => inputOf(this.serializer.serialize({ id, response } as never))),
      map(packResponse),
      catchError(async (error: unknown) => {
        throw await this.#errorOf(error, { id, isDisposed: true });
      }),
    );
  }

  /** Between Nest's hooks: the second is called when all results are there. */
  #call(
    handler: MessageHandler,
    packet: ReadPacket,
    context: PosixMqueueContext,
  ): Promise<Observable<unknown>> {
    return new Promise((resolve, reject) => {
      const begin = async (end: () => void): Promise<void> => {
        try {
          const results$ = this.transformToObservable(await handler(packet.data, context));
          resolve(results$.pipe(finalize(end)));
        } catch (error) {
          end();
          reject(error as Error);
        }
      };
      // What a hook of the application answers, whatever its type says.
      const hooked: unknown = this.runWithProcessingHooks(context, begin);
      Promise.resolve(hooked).catch(reject);
    });
  }

  async #errorOf(err: unknown, rest: object, code?: string): Promise<Error> {
    const serialized: unknown = await this.serializer.serialize({ ...rest, err } as never);
    const error = packError(err, serialized, code);
    this.#known.add(error);
    return error;
  }

  #follow(): void {
    const tell = (status: PosixMqueueStatus): void => {
      this._status$.next(status);
    };
    for (const event of ['ready', 'reopened'] as const) {
      this.#worker.on(event, () => tell('connected'));
    }
    for (const event of ['unlinked', 'error', 'close'] as const) {
      this.#worker.on(event, () => tell('disconnected'));
    }
    this.#worker.on('failure', ({ error }) => {
      if (!this.#known.has(error as object)) this.logger.error(error);
    });
    this.#worker.on('invalid', (_, error) => {
      this.logger.error(error);
    });
  }
}
