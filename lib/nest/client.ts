import type { ReadPacket, WritePacket } from '@nestjs/microservices';
import {
  catchError,
  concatMap,
  defer,
  firstValueFrom,
  map,
  mergeMap,
  of,
  type Observable,
  type Subscription,
} from 'rxjs';
import { closedClientError } from '../base/errors.js';
import { checkOptions } from '../base/options.js';
import type { AnyCodec } from '../codec/codec.js';
import { RpcHost } from '../rpc/host.js';
import type { RequestOptions, RpcHostEvents, RpcHostOptions } from '../rpc/host-options.js';
import { inputOf } from './input-of.js';
import { clientChecks, withNestDefaults, type PosixMqueueClientOptions } from './options.js';
import { packRequest, unpackError, unpackResponse, type PackedRequest } from './packets.js';
import { ClientProxy } from './peers.js';
import { forEvent, PosixMqueueRecord, type PosixMqueueRecordOptions } from './record.js';
import type { PosixMqueueStatus } from './status.js';

/** The events of a client: those of its RpcHost. */
export type PosixMqueueClientEvents = {
  [E in keyof RpcHostEvents]: (...told: RpcHostEvents[E]) => void;
};

type Host = RpcHost<never, AnyCodec>;
/** Of a host that was told nothing of its workers' handlers. */
type Ask = (body: unknown, options: RequestOptions) => Observable<unknown>;
type Tell = (body: unknown, options: PosixMqueueRecordOptions) => Promise<void>;
type Defaults = Pick<RequestOptions, 'timeout' | 'attemptTimeout' | 'retries' | 'priority'>;

/**
 * Sends the requests and events of a Nest application to a queue, and gets the responses in a queue of its own. The other side
 * is a PosixMqueueServer, or whatever worker speaks MQ1, in any language: the pattern is its method, the data the body.
 *
 * @example
 * ```ts
 * ClientsModule.register([
 *   { name: 'MATH', customClass: PosixMqueueClient, options: { requests: '/jobs' } },
 * ]);
 * ```
 */
export class PosixMqueueClient extends ClientProxy<PosixMqueueClientEvents> {
  readonly #options: RpcHostOptions<AnyCodec>;
  readonly #defaults: Defaults;
  readonly #listeners: [event: keyof RpcHostEvents, callback: (...told: never) => void][] = [];
  #host: Host;
  #connecting: Promise<void> | undefined;
  #states: Subscription | undefined;

  /** @throws TypeError or RangeError for a bad option. Nothing is opened yet. */
  constructor(options: PosixMqueueClientOptions) {
    super();
    const checked = checkOptions('PosixMqueueClient', options, clientChecks);
    const { serializer, deserializer, ...others } = checked;
    const { timeout = Infinity, attemptTimeout, retries, priority, ...rest } = others;
    this.initializeSerializer({ serializer } as object);
    this.initializeDeserializer({ deserializer } as object);
    this.#defaults = { timeout, attemptTimeout, retries, priority };
    this.#options = withNestDefaults(rest);
    this.#host = this.#makeHost();
  }

  /** What becomes of its connection, from the present state on. */
  override get status(): Observable<PosixMqueueStatus> {
    // As a `customClass` it must be a ClientProxy whose status is any text.
    return super.status as Observable<PosixMqueueStatus>;
  }

  /**
   * Opens the queues. `send` and `emit` do it too.
   *
   * @returns rejects as `MessageQueue.open` throws; the next call tries again
   */
  connect(): Promise<void> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  /**
   * Removes the queue for the responses. Requests that wait for one fail with `ERR_MQ_CLOSED`. The next request opens it
   * anew.
   *
   * @returns resolves when that is done
   */
  async close(): Promise<void> {
    const host = this.#host;
    const isOpen = this.#connecting !== undefined;
    this.#connecting = undefined;
    this.#states?.unsubscribe();
    this.#host = this.#makeHost();
    await host.close();
    if (isOpen) this.#tell('disconnected');
  }

  /** Calls back at each of the host's events. */
  override on<E extends keyof PosixMqueueClientEvents>(
    event: E,
    callback: PosixMqueueClientEvents[E],
  ): void {
    this.#listeners.push([event, callback]);
    this.#host.on(event, callback as never);
  }

  /** The RpcHost, such as for its `stats()`. After `close()` it is another one. */
  unwrap<T = RpcHost>(): T {
    return this.#host as T;
  }

  protected override publish(
    packet: ReadPacket,
    callback: (packet: WritePacket) => void,
  ): () => void {
    const { data, options } = taken(packet);
    const request = this.assignPacketId({ ...packet, data });
    const responses$ = this.#pack(request).pipe(
      mergeMap(({ body, ...sent }) => {
        const host = this.#openHost();
        const ask = host.requestMany.bind(host) as Ask;
        return ask(body, { ...this.#defaults, ...options, ...sent });
      }),
      map((body) => unpackResponse(body, request.id)),
      catchError((error: unknown) => of(unpackError(error, request.id))),
      concatMap((response) => inputOf(this.deserializer.deserialize(response))),
    );
    const subscription = responses$.subscribe({
      next: ({ err, response, isDisposed }) => {
        callback(isDisposed || err ? { err, response, isDisposed: true } : { err, response });
      },
      error: (err: unknown) => {
        callback({ err });
      },
      complete: () => {
        callback({ isDisposed: true });
      },
    });
    return () => {
      subscription.unsubscribe();
    };
  }

  protected override async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const { data, options } = taken(packet);
    const pattern = this.normalizePattern(packet.pattern as string);
    const { body, ...sent } = await firstValueFrom(this.#pack({ ...packet, pattern, data }));
    const { priority } = this.#defaults;
    const host = this.#openHost();
    const tell = host.notify.bind(host) as Tell;
    return (await tell(body, { priority, ...forEvent(options), ...sent })) as T;
  }

  async #connect(): Promise<void> {
    const host = this.#host;
    try {
      await host.open();
    } catch (error) {
      if (this.#host === host) this.#connecting = undefined;
      throw error;
    }
    if (this.#host === host) this.#follow();
  }

  /** A transport over a network tells when it has lost its link, and when it has one again. */
  #follow(): void {
    const { transport } = this.#options;
    this.#tell('connected');
    this.#states = transport?.state$.subscribe((state) => {
      this.#tell(state === 'connected' ? 'connected' : 'disconnected');
    });
  }

  #tell(status: PosixMqueueStatus): void {
    this._status$.next(status);
  }

  #makeHost(): Host {
    const host: Host = new RpcHost(this.#options);
    for (const [event, callback] of this.#listeners) host.on(event, callback as never);
    return host;
  }

  /** One that was closed would be opened by its next request, and nobody would close it. */
  #openHost(): Host {
    if (this.#connecting === undefined) throw closedClientError(this.#options.requests);
    return this.#host;
  }

  #pack(packet: ReadPacket): Observable<PackedRequest> {
    return defer(() => inputOf<unknown>(this.serializer.serialize(packet as never))).pipe(
      map((serialized) => packRequest(serialized, packet.pattern)),
    );
  }
}

/** Out of its record. */
function taken({ data }: ReadPacket<unknown>): PosixMqueueRecord {
  return data instanceof PosixMqueueRecord ? data : new PosixMqueueRecord(data);
}
