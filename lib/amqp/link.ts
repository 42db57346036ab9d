import type { AmqpConnectionManager, AmqpConnectionManagerOptions } from 'amqp-connection-manager';
import type { ChannelModel } from 'amqplib';
import { BehaviorSubject, filter, firstValueFrom, type Observable } from 'rxjs';
import { AbortError, closedError, refusedError } from '../base/errors.js';
import { orAbort } from '../service/or-abort.js';
import type { AmqpTransportOptions } from './options.js';
import { connect } from './peers.js';

const HEARTBEAT = 10;
const RETRY_DELAY = 250;
const MILLISECONDS = 1000;

type AmqpConnectionOptions = NonNullable<AmqpConnectionManagerOptions['connectionOptions']>;

/** What a link can be. */
export type LinkState = 'connecting' | 'connected' | 'blocked' | 'refused' | 'closed';

/** One connection to a broker, which is made again, to the same broker or to another one, when it is lost. */
export class Link {
  readonly #manager: AmqpConnectionManager;
  readonly #state = new BehaviorSubject<LinkState>('connecting');
  #refusal: Error | undefined;

  constructor({ urls, tls, heartbeat, retryDelay = RETRY_DELAY }: AmqpTransportOptions) {
    // It is the connection alone that is used: what its channels are given while there is none, they keep without bound.
    this.#manager = connect([urls].flat(), {
      heartbeatIntervalInSeconds: heartbeat ?? HEARTBEAT,
      reconnectTimeInSeconds: retryDelay / MILLISECONDS,
      connectionOptions: { ...tls, noDelay: true } as AmqpConnectionOptions,
    });
    this.#manager.on('connect', () => {
      this.#become('connected');
    });
    this.#manager.on('blocked', () => {
      this.#become('blocked');
    });
    this.#manager.on('unblocked', () => {
      this.#become('connected');
    });
    this.#manager.on('disconnect', () => {
      this.#become('connecting');
    });
    this.#manager.on('connectFailed', ({ err }) => {
      // To try again would be in vain for ever, and may lock the user out.
      if (isRefusal(err)) this.#refuse(err);
    });
  }

  /** The state now, and each change of it. */
  get state$(): Observable<LinkState> {
    return this.#state;
  }

  get state(): LinkState {
    return this.#state.value;
  }

  /** @returns the connection, as soon as there is one; rejects where there never will be */
  async ready(queue: string, signal?: AbortSignal): Promise<ChannelModel> {
    if (signal?.aborted === true) throw new AbortError(signal.reason, queue);
    for (;;) {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (this.state === 'closed') throw closedError(queue);
      const { connection } = this.#manager;
      if (connection !== undefined && this.state !== 'connecting') return connection;
      const changed = this.#state.pipe(filter((state) => state !== 'connecting'));
      await orAbort(firstValueFrom(changed), signal, queue);
    }
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    if (this.state !== 'refused') this.#become('closed');
    await this.#manager.close().catch(() => undefined);
  }

  #become(state: LinkState): void {
    if (this.state !== 'closed' && this.state !== 'refused') this.#state.next(state);
  }

  #refuse(cause: unknown): void {
    this.#refusal = refusedError(cause);
    this.#become('refused');
    void this.close();
  }
}

/** By code 403 of AMQP, or 530 for a virtual host. */
function isRefusal(error: unknown): boolean {
  const { message = '' } = error as { message?: string };
  // Of a virtual host that is not there, or not the user's, the library tells that the broker closed what was to be opened.
  return /ACCESS.REFUSED|\b403\b|NOT_ALLOWED|\b530\b|ConnectionOpenOk; got <ConnectionClose/u.test(
    message,
  );
}
