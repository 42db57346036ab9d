import assert from 'node:assert/strict';
import type {
  Delivery,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
  SendProperties,
  Transport,
} from 'posix-mqueue/service';
import { MemoryTransport, temporaryName, transportContract } from 'posix-mqueue/testing';

/** A transport that does what MemoryTransport does, but for what a mutant does otherwise. */
class Mutant extends MemoryTransport {
  override async openSender(name: string, options?: SenderOptions): Promise<Sender> {
    const sender = await super.openSender(name, options);
    return {
      send: (...given) => this.send(sender, ...given),
      trySend: (...given) => sender.trySend?.(...given) ?? false,
      close: () => this.closeSender(sender),
    };
  }
  override async openReceiver(name: string, options?: ReceiverOptions): Promise<Receiver> {
    const receiver = await super.openReceiver(name, options);
    return {
      next: (signal) => this.next(receiver, signal),
      close: () => this.closeReceiver(receiver),
    };
  }
  send(sender: Sender, body: Uint8Array, properties?: SendProperties): Promise<void> {
    return sender.send(body, properties);
  }
  next(receiver: Receiver, signal?: AbortSignal): Promise<Delivery> {
    return receiver.next(signal);
  }
  closeSender(sender: Sender): Promise<void> {
    return sender.close();
  }
  closeReceiver(receiver: Receiver): Promise<void> {
    return receiver.close();
  }
}

const isMessage = (text: string) => (body: Uint8Array) => Buffer.from(body).toString() === text;

/** What each does wrong, and the case that has to find it. */
const mutants: [what: string, title: string, change: () => object][] = [
  [
    'opens a queue though the signal for that was aborted',
    'opens nothing by a signal that was aborted before',
    () => ({
      openSender: async (name: string, options?: SenderOptions) =>
        new MemoryTransport().openSender(name, { ...options, signal: undefined }),
    }),
  ],
  [
    'loses a message',
    'keeps the order within a priority, also of what is sent without waiting for it',
    () => ({
      send: (sender: Sender, body: Uint8Array, properties?: SendProperties) =>
        isMessage('7')(body) ? Promise.resolve() : sender.send(body, properties),
    }),
  ],
  [
    'sends one twice',
    'gives each message to one of several receivers',
    () => ({
      async send(sender: Sender, body: Uint8Array, properties?: SendProperties) {
        await sender.send(body, properties);
        if (isMessage('7')(body)) await sender.send(body, properties);
      },
    }),
  ],
  [
    'cuts at a NUL byte',
    'carries each byte, and no byte at all',
    () => ({
      send: (sender: Sender, body: Uint8Array) => sender.send(body.subarray(0, body.indexOf(0))),
    }),
  ],
  [
    'forgets priorities',
    'gives the highest priority first',
    () => ({
      send: (sender: Sender, body: Uint8Array, { signal }: SendProperties = {}) =>
        sender.send(body, { signal }),
    }),
  ],
  [
    'has the lowest priority first',
    'gives the highest priority first',
    () => ({
      send: (sender: Sender, body: Uint8Array, { priority = 0 }: SendProperties = {}) =>
        sender.send(body, { priority: 32_767 - priority }),
    }),
  ],
  [
    'has fewer priorities than it tells',
    'gives the highest priority first',
    () => ({
      send: (sender: Sender, body: Uint8Array, { priority = 0 }: SendProperties = {}) =>
        sender.send(body, { priority: Math.floor(priority / 256) }),
    }),
  ],
  [
    'has queues without a bound',
    'waits while the queue is full, and goes on when there is room',
    () => ({
      openSender(this: Mutant, name: string, options?: SenderOptions) {
        return Mutant.prototype.openSender.call(this, name, { ...options, maxMessages: 1e6 });
      },
    }),
  ],
  [
    'holds one more than it tells',
    'waits while the queue is full, and goes on when there is room',
    () => ({
      openSender(this: Mutant, name: string, options?: SenderOptions) {
        return Mutant.prototype.openSender.call(this, name, { ...options, maxMessages: 3 });
      },
    }),
  ],
  [
    'does not wait for room',
    'gives up to wait for room, and does not send then',
    () => ({
      async send(sender: Sender, body: Uint8Array, properties?: SendProperties) {
        void sender.send(body, properties).catch(() => undefined);
      },
    }),
  ],
  [
    'does not hear a signal while it waits for room',
    'gives up to wait for room, and does not send then',
    () => ({ send: (sender: Sender, body: Uint8Array) => sender.send(body) }),
  ],
  [
    'does not hear a signal while it waits for a message',
    'gives up to wait for a message, and the next call has it',
    () => ({ next: (receiver: Receiver) => receiver.next() }),
  ],
  [
    'swallows the message that comes after a wait is given up',
    'loses and doubles nothing that is sent while a wait is given up',
    () => ({
      next(receiver: Receiver, signal?: AbortSignal) {
        const taken = receiver.next();
        return new Promise((resolve, reject) => {
          taken.then(resolve, reject);
          signal?.addEventListener('abort', () =>
            reject(Object.assign(new Error('aborted'), { code: 'ABORT_ERR' })),
          );
        });
      },
    }),
  ],
  [
    'delivers after close',
    'rejects what waits for a message when the receiver is closed, and takes nothing then',
    () => ({ closeReceiver: () => Promise.resolve() }),
  ],
  [
    'sends after close',
    'rejects what waits for room when the sender is closed, and sends nothing then',
    () => ({ closeSender: () => Promise.resolve() }),
  ],
  [
    'does not put back what is not done',
    'has a message whose work is not done again, for any receiver, with its priority',
    () => ({
      async next(receiver: Receiver, signal?: AbortSignal) {
        const delivery = await receiver.next(signal);
        return Object.assign(delivery, { nack: () => delivery.ack() });
      },
    }),
  ],
  [
    'puts back what is done',
    'takes the first word for it',
    () => ({
      async next(receiver: Receiver, signal?: AbortSignal) {
        const delivery = await receiver.next(signal);
        return Object.assign(delivery, { ack: () => delivery.nack() });
      },
    }),
  ],
  [
    'keeps the messages of an unlinked queue',
    'has the queue no more once it is unlinked, and an empty one when it is made anew',
    () => ({
      unlink(this: Mutant, name: string) {
        return this.stat(name);
      },
    }),
  ],
  [
    'unlinks what is asked for',
    'tells the facts of a queue',
    () => ({
      async stat(this: Mutant, name: string) {
        const status = await MemoryTransport.prototype.stat.call(this, name);
        await this.unlink(name);
        return status;
      },
    }),
  ],
  [
    'makes a queue where none is to be made',
    'fails with ENOENT where there is no such queue',
    () => ({
      openSender(this: Mutant, name: string, options?: SenderOptions) {
        return Mutant.prototype.openSender.call(this, name, { ...options, create: true });
      },
    }),
  ],
  [
    'does not know that a queue is to be new',
    'has one that makes the queue when several try',
    () => ({
      openSender(this: Mutant, name: string, options?: SenderOptions) {
        return Mutant.prototype.openSender.call(this, name, { ...options, exclusive: false });
      },
    }),
  ],
  [
    'tells redelivery and has none',
    'gives it again with redelivery, unless its work is done; refuses that where it cannot',
    () => ({
      capabilities: { ...new MemoryTransport().capabilities, redelivery: true },
      openReceiver(this: Mutant, name: string, options?: ReceiverOptions) {
        return Mutant.prototype.openReceiver.call(this, name, { ...options, redelivery: false });
      },
    }),
  ],
  [
    'drops what it cannot carry',
    'carries what goes with a message, or says that it does not',
    () => ({
      send: (sender: Sender, body: Uint8Array, { priority, signal }: SendProperties = {}) =>
        sender.send(body, { priority, signal }),
    }),
  ],
  [
    'takes redelivery for nothing',
    'gives it again with redelivery, unless its work is done; refuses that where it cannot',
    () => ({
      openReceiver(this: Mutant, name: string, options?: ReceiverOptions) {
        return Mutant.prototype.openReceiver.call(this, name, { ...options, redelivery: false });
      },
    }),
  ],
  [
    'lets nothing else run',
    'lets the event loop have its turn between messages that never end',
    () => ({
      send: () => Promise.resolve(),
      next: () => Promise.resolve({ ack: () => Promise.resolve() }),
    }),
  ],
];

describe('the contract of transports', () => {
  /** Those that are to fail need not be waited for. */
  const IMPATIENT = { patience: 100, settling: 5 };
  const run = (make: () => Transport, title: string, waits: object = {}): Promise<void> => {
    const cases = transportContract({ make, name: temporaryName, ...waits });
    const found = cases.find((each) => each.title === title);
    assert.ok(found, `there is no case '${title}'`);
    return found.run();
  };

  for (const [what, title, change] of mutants) {
    it(`finds a transport that ${what}`, async () => {
      await run(() => new Mutant(), title);
      await assert.rejects(run(() => Object.assign(new Mutant(), change()), title, IMPATIENT));
    });
  }

  it('is run alone by each of its cases, whatever became of the others', async () => {
    const transport = new Mutant();
    const ended: unknown[] = [];
    const [first] = transportContract({
      make: () => transport,
      name: temporaryName,
      end: (each) => void ended.push(each),
    });
    transport.next = () => Promise.reject(new Error('broken'));
    await assert.rejects(async () => first?.run(), /broken/);
    assert.deepEqual(ended, [transport]);
  });

  for (const [what, options, code] of [
    ['without a maker', { name: temporaryName }, 'ERR_INVALID_ARG_TYPE'],
    ['without names', { make: () => new MemoryTransport() }, 'ERR_INVALID_ARG_TYPE'],
    [
      'with an unknown option of receivers',
      { make: () => new MemoryTransport(), name: temporaryName, receiver: { redeliver: true } },
      'ERR_MQ_UNKNOWN_OPTION',
    ],
  ] as const) {
    it(`is not made ${what}`, () => {
      assert.throws(() => transportContract(options as never), { code });
    });
  }
});
