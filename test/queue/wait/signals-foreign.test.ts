import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { AbortError } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn } from '../../support/code.js';

/** What can be listened to as an AbortSignal, and is none of Node's. */
class OtherSignal {
  aborted = false;
  reason: unknown;
  readonly listeners = new Set<() => void>();

  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    for (const listener of [...this.listeners]) listener();
  }
}

type Wait = (signal: AbortSignal) => Promise<unknown>;

/** What waits until it is aborted, with what it is called. */
const waits: [title: string, begin: Wait][] = [
  ['receive', (signal) => temporaryQueue().receive({ signal })],
  ['receiveMany', (signal) => temporaryQueue().receiveMany(2, { signal })],
  [
    'send',
    async (signal) => {
      const queue = temporaryQueue({ maxMessages: 1 });
      await queue.send('fills');
      await queue.send('waits', { signal });
    },
  ],
  ['a reader', (signal) => once(temporaryQueue().createReadStream({ signal }).resume(), 'end')],
  ['a writer', (signal) => once(temporaryQueue().createWriteStream({ signal }), 'finish')],
  ['Host.receive', (signal) => openHost().receive({ signal })],
  ['Host.receive with a timeout', (signal) => openHost().receive({ signal, timeout: 60_000 })],
  ['Host.send', (signal) => sendTwice(signal)],
];

function openHost(): Host {
  const transport = new MemoryTransport();
  return new Host({ requests: '/requests', responses: '/responses', transport });
}

async function sendTwice(signal: AbortSignal): Promise<void> {
  const host = openHost();
  await host.send('fills');
  await host.send('waits', { signal });
}

const isAbort = errorLike(Error, { name: 'AbortError', code: 'ABORT_ERR', cause: 'why' });

describe('a signal of another kind than Node has', () => {
  for (const [title, begin] of waits) {
    it(`ends ${title}, and keeps no listener`, async () => {
      const signal = new OtherSignal();
      const waiting = assert.rejects(begin(signal as unknown as AbortSignal), isAbort);
      while (signal.listeners.size === 0) await nextTurn();
      signal.abort('why');
      await waiting;
      await nextTurn();
      assert.equal(signal.listeners.size, 0);
    });
  }

  it('refuses a call at once when it is aborted already', async () => {
    const signal = new OtherSignal();
    signal.abort('why');
    const options = { signal: signal as unknown as AbortSignal };
    await assert.rejects(temporaryQueue().receive(options), errorLike(AbortError, {}));
  });
});

describe('another listener that stops the event', () => {
  for (const [title, begin] of waits) {
    it(`hides no abort from ${title}`, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      signal.addEventListener('abort', (event) => {
        event.stopImmediatePropagation();
      });
      const waiting = assert.rejects(begin(signal), isAbort);
      while (getEventListeners(signal, 'abort').length === 1) await nextTurn();
      controller.abort('why');
      await waiting;
      await nextTurn();
      assert.ok(getEventListeners(signal, 'abort').length <= 1);
    });
  }

  it('hides no abort from Worker.run', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    signal.addEventListener('abort', (event) => {
      event.stopImmediatePropagation();
    });
    const transport = new MemoryTransport();
    const worker = new Worker({ requests: '/requests', transport }, () => undefined);
    const running = worker.run({ signal });
    await once(worker, 'ready');
    controller.abort();
    await running;
  });
});

describe('one signal of many waits', () => {
  it('has one listener for them, and none when all are over', async () => {
    const queue = temporaryQueue();
    const { signal } = new AbortController();
    const waiting = [queue.receive({ signal }), queue.receive({ signal })];
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await queue.send('a');
    await waiting[0];
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await queue.send('b');
    await waiting[1];
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
