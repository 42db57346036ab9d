import type { Observable } from 'rxjs';

/** What goes with the bytes of a message. */
export interface Properties {
  /**
   * 0 to 32767. A transport with fewer `priorityLevels` maps them in order.
   *
   * @defaultValue 0
   */
  readonly priority?: number | undefined;
  /** Ties a response to its request. Not every transport carries it, nor any of those below: see `properties`. */
  readonly correlationId?: string | undefined;
  /** The queue for the response. */
  readonly replyTo?: string | undefined;
  /** What kind of message it is: of a request its method. */
  readonly type?: string | undefined;
  /** What the body is, as in HTTP. */
  readonly contentType?: string | undefined;
  /** Milliseconds, from when it was sent, after which nobody is to get it any more. */
  readonly expiration?: number | undefined;
  /** Whatever else belongs to it. */
  readonly headers?: MessageHeaders | undefined;
}

/** What an application, or a protocol, adds to a message. */
export type MessageHeaders = Readonly<Record<string, string | number | boolean>>;

/** How to send. */
export interface SendProperties extends Properties {
  /** Gives up with an `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

/** What is told of the name of a queue that is open. */
export interface NameListener {
  /** The name was removed: who opens it gets another queue or none. */
  unlinked(): void;
  /** Another queue has the name, and is in use now. */
  reopened(): void;
}

/** Sends to one queue. */
export interface Sender {
  /** Whether its queue has lost its name. For transports in which a queue outlives its name. */
  readonly unlinked?: boolean;
  /** Tells one listener what becomes of the name. For such transports. */
  watch?(listener: NameListener): void;
  /**
   * Resolves when the queue has the message; waits while it is full.
   *
   * @returns rejects with `EMSGSIZE` for a message over the queue's size, with `ERR_MQ_UNSUPPORTED`
   * for a property that the transport does not carry
   */
  send(body: Uint8Array, properties?: SendProperties): Promise<void>;
  /**
   * Sends at once, or does nothing and is false: then `send` waits for room, or tells what is wrong. For transports that
   * need no time for it. Saves who would wait with a limit the making of it.
   */
  trySend?(body: Uint8Array, priority: number): boolean;
  /** Rejects all that wait with `ERR_MQ_CLOSED`. */
  close(): Promise<void>;
}

/** What becomes of a message whose work is not done. */
export interface NackOptions {
  /**
   * Whether it goes back into its queue, last of its priority, for any receiver. One that fails again and
   * again does so for ever: count. Otherwise it is gone, or goes where the transport has a place for such.
   *
   * @defaultValue true
   */
  readonly requeue?: boolean | undefined;
}

/** A message that was received, and is in this process's hand. The first of its two calls counts. */
export interface Delivery extends Properties {
  readonly body: Buffer;
  readonly priority: number;
  /** How many receivers have died, or were closed, with it in their hand. 0 where the transport has no `redelivery`. */
  readonly attempts: number;
  /** The work is done. Where the transport has `redelivery`, it gives the message again without. */
  ack(): Promise<void>;
  /** The work is not done, as `basic.nack` of AMQP. */
  nack(options?: NackOptions): Promise<void>;
}

/** What becomes of a message that a receiver which is closed cannot put back. */
export type LeftOver = (delivery: Delivery) => Promise<void>;

/** Receives from one queue. */
export interface Receiver {
  /** Tells one listener what becomes of the name. For transports in which a queue outlives its name. */
  watch?(listener: NameListener): void;
  /**
   * The next message, in the order of the calls. When `signal` ends the wait, a message that was
   * already on its way goes to the next call.
   */
  next(signal?: AbortSignal): Promise<Delivery>;
  /**
   * Takes no more, so that others get what it would have given next. What is in hand can still be acknowledged. For
   * transports that take messages before `next` is called.
   *
   * @returns resolves when that is done; never rejects
   */
  stop?(): Promise<void>;
  /**
   * Rejects all that wait with `ERR_MQ_CLOSED`. What nobody received stays in the queue.
   *
   * @param leftOver - has each message that was taken out of the queue for a wait which had ended, and that finds no
   * room there any more. For transports in which that can be. Without it, or when it rejects, a process warning tells
   */
  close(leftOver?: LeftOver): Promise<void>;
}

/** How to open a queue of any transport. What only one of them knows, its constructor takes. */
export interface QueueOptions {
  /**
   * Creates the queue where there is none of this name.
   *
   * @defaultValue false
   */
  readonly create?: boolean | undefined;
  /**
   * Fails with `EEXIST` where there is one already. Needs `create`.
   *
   * @defaultValue false
   */
  readonly exclusive?: boolean | undefined;
  /**
   * How many messages a created queue holds. An existing one keeps its own.
   *
   * @defaultValue the transport's
   */
  readonly maxMessages?: number | undefined;
  /**
   * Bytes of the largest message of a created queue. An existing one keeps its own.
   *
   * @defaultValue the transport's
   */
  readonly maxMessageSize?: number | undefined;
}

/** How to open a sender. */
export interface SenderOptions extends QueueOptions {
  /**
   * Whether it goes on, once its queue has lost its name, with the one that another program makes under
   * that. For transports in which a queue outlives its name.
   *
   * @defaultValue as the transport was made
   */
  readonly follow?: boolean | undefined;
  /**
   * Gives up with an `AbortError`. For transports by which to open a queue may take long, such as until a broker is there.
   */
  readonly signal?: AbortSignal | undefined;
}

/** How to open a receiver. */
export interface ReceiverOptions extends SenderOptions {
  /**
   * Whether others receive from the same queue, so that each is to get its fair share.
   *
   * @defaultValue false
   */
  readonly competing?: boolean | undefined;
  /**
   * Whether a message whose receiver dies before `ack` comes again. `true` needs a transport with that
   * capability.
   *
   * @defaultValue the transport's
   */
  readonly redelivery?: boolean | undefined;
  /**
   * How many messages are in hand at most, taken and neither acknowledged nor refused, where there is `redelivery`.
   *
   * @defaultValue 1
   */
  readonly concurrency?: number | undefined;
  /**
   * Whether nobody else is to receive from the queue, which is of no use to anybody once this receiver is gone. For
   * transports that can see to that.
   *
   * @defaultValue false
   */
  readonly private?: boolean | undefined;
}

/** What a transport can do. */
export interface Capabilities {
  /** Whether a message whose receiver dies before `ack` can come again. */
  readonly redelivery: boolean;
  /** Whether a queue never has more messages than `maxMessages`. */
  readonly exactCapacity: boolean;
  /** How many priorities it tells apart. */
  readonly priorityLevels: number;
  /** Whether its queues reach beyond this machine. */
  readonly remote: boolean;
  /** Whether a message carries all of `Properties`; else its bytes and its priority. */
  readonly properties: boolean;
}

/** The facts of a queue. */
export interface QueueStatus {
  /** How many messages wait in it. */
  readonly messages: number;
  readonly maxMessages: number;
  /** In bytes. */
  readonly maxMessageSize: number;
}

/** Whether a transport can be used at this moment. */
export type TransportState = 'connected' | 'connecting' | 'blocked' | 'closed';

/** What Host and Worker talk to: named, bounded queues with priorities. */
export interface Transport {
  /**
   * Refuses a name that no queue of this transport can have. Without it, opening does.
   *
   * @throws TypeError
   */
  checkName?(name: string): void;
  readonly capabilities: Capabilities;
  /** The state now, and each change of it. */
  readonly state$: Observable<TransportState>;
  /** @returns rejects with `ENOENT`, `EEXIST` and the like, as `MessageQueue.open` throws */
  openSender(name: string, options?: SenderOptions): Promise<Sender>;
  /** @returns rejects as `openSender` */
  openReceiver(name: string, options?: ReceiverOptions): Promise<Receiver>;
  /** @returns rejects with `ENOENT` */
  unlink(name: string): Promise<void>;
  /** @returns rejects with `ENOENT` */
  stat(name: string): Promise<QueueStatus>;
}
