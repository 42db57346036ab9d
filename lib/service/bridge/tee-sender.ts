import { codeOf } from '../../base/code-of.js';
import type { NameListener, Sender, SendProperties } from '../../transport/transport.js';
import { serviceOf } from './ends.js';
import type { BridgeEnd } from './options.js';

/** One of the queues that a tee sends to. */
export class TeeSender {
  readonly name: string;
  /** Bytes of its largest message; `Infinity` where that cannot be told. */
  readonly #largest: number;
  readonly #sender: Sender;
  readonly #hasProperties: boolean;

  private constructor(name: string, largest: number, sender: Sender, hasProperties: boolean) {
    this.name = name;
    this.#largest = largest;
    this.#sender = sender;
    this.#hasProperties = hasProperties;
  }

  static async open(
    end: BridgeEnd,
    options: { readonly follow: boolean; readonly signal: AbortSignal },
    listener: NameListener,
  ): Promise<TeeSender> {
    const { transport, opening } = serviceOf(end);
    const { queue: name } = end;
    const sender = await transport.openSender(name, { ...opening, ...options });
    sender.watch?.(listener);
    const largest = await transport.stat(name).then(
      ({ maxMessageSize }) => maxMessageSize,
      (error: unknown) => {
        // Who may only send to it may not look at it.
        if (codeOf(error) === 'EACCES') return Infinity;
        throw error;
      },
    );
    return new TeeSender(name, largest, sender, transport.capabilities.properties);
  }

  fits(body: Uint8Array): boolean {
    return body.length <= this.#largest;
  }

  /** Sends at once, or does nothing and is false. */
  trySend(body: Uint8Array, priority: number): boolean {
    return !this.#hasProperties && this.#sender.trySend?.(body, priority) === true;
  }

  /** Waits while it is full. */
  async send(body: Uint8Array, properties: SendProperties): Promise<void> {
    const { priority, signal } = properties;
    await this.#sender.send(body, this.#hasProperties ? properties : { priority, signal });
  }

  close(): Promise<void> {
    return this.#sender.close();
  }
}
