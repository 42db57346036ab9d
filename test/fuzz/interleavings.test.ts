import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MessageQueue, type Message, type WaitMode } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { nextTurn, unlinkQuietly } from '../support/code.js';
import { untilEmpty } from '../support/messages.js';
import { runs } from './runs.js';

const CAPACITY = 3;
const SIZES = { maxMessages: CAPACITY, maxMessageSize: 16 };

/** What a queue of the kernel is: the highest priority first, within one priority the oldest. */
class Model {
  readonly messages: { id: string; priority: number }[] = [];

  send(id: string, priority: number): boolean {
    if (this.messages.length === CAPACITY) return false;
    const place = this.messages.findIndex((each) => each.priority < priority);
    this.messages.splice(place < 0 ? this.messages.length : place, 0, { id, priority });
    return true;
  }
}

interface Call {
  kind: 'trySend' | 'send' | 'tryReceive' | 'receive' | 'receiveMany';
  priority: number;
  count: number;
}

const calls: fc.Arbitrary<Call> = fc.record({
  kind: fc.constantFrom('trySend', 'send', 'tryReceive', 'receive', 'receiveMany'),
  priority: fc.nat(3),
  count: fc.integer({ min: 1, max: 5 }),
});

interface Action {
  kind: 'send' | 'receive' | 'stream' | 'listen' | 'abort' | 'turn' | 'reopen';
  /** Which of the two queue objects, or of those who are at work. */
  which: number;
  many: number;
}

const actions: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(
    ...(['send', 'send', 'send', 'receive', 'receive', 'stream', 'listen'] as const),
    ...(['abort', 'abort', 'turn', 'reopen'] as const),
  ),
  which: fc.nat(20),
  many: fc.integer({ min: 1, max: 3 }),
});

// 'worker' refuses what is beyond the budget.
const many = fc.constantFrom<WaitMode>('auto', 'loop');
const waits = fc.constantFrom<WaitMode>('auto', 'worker', 'loop');

describe('any order of calls', function () {
  this.timeout(600_000);

  it('one after the other: does what the model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { maxLength: 60 }), waits, async (list, wait) => {
        const name = temporaryName();
        const queue = MessageQueue.open(name, { create: true, wait, ...SIZES });
        const model = new Model();
        const take = (messages: readonly Message[]): void => {
          const expected = model.messages.splice(0, messages.length);
          const got = messages.map((each) => ({ id: each.text(), priority: each.priority }));
          assert.deepEqual(got, expected);
        };
        try {
          for (const [index, call] of list.entries()) {
            const id = String(index);
            if (call.kind === 'trySend') {
              const { priority } = call;
              assert.equal(queue.trySend(id, { priority }), model.send(id, priority));
            } else if (call.kind === 'send') {
              const options = { priority: call.priority, timeout: 0 };
              const sent = await queue.send(id, options).then(
                () => true,
                (error: { code: string }) => error.code !== 'ETIMEDOUT',
              );
              assert.equal(sent, model.send(id, call.priority));
            } else if (call.kind === 'tryReceive') {
              const message = queue.tryReceive();
              assert.equal(message === null, model.messages.length === 0);
              if (message !== null) take([message]);
            } else {
              const count = call.kind === 'receive' ? 1 : call.count;
              const there = Math.min(count, model.messages.length);
              const messages = await queue.receiveMany(count, { timeout: 0 }).catch(() => []);
              assert.equal(messages.length, there);
              take(messages);
            }
            assert.equal(queue.currentMessages, model.messages.length);
          }
        } finally {
          await queue.close();
          unlinkQuietly(name);
        }
      }),
      runs(150),
    );
  });

  it('at one time, aborted and closed at any moment: every message once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(actions, { minLength: 5, maxLength: 40 }),
        many,
        async (list, wait) => {
          const name = temporaryName();
          const open = (): MessageQueue =>
            MessageQueue.open(name, { create: true, wait, ...SIZES });
          const queues = [open(), open()];
          const watcher = MessageQueue.open(name, { access: 'read' });
          const sent = new Set<string>();
          const got: string[] = [];
          const add = (message: Message): void => void got.push(message.text());
          const running: { end: () => void; done: Promise<unknown> }[] = [];
          let next = 0;
          for (const action of list) {
            if (action.kind === 'turn') await nextTurn();
            else if (action.kind === 'abort') running[action.which]?.end();
            else if (action.kind === 'reopen') {
              const which = action.which % 2;
              const closing = queues[which]?.close();
              queues[which] = open();
              (await closing)?.forEach(add);
            } else {
              const queue = queues[action.which % 2] as MessageQueue;
              const controller = new AbortController();
              const { signal } = controller;
              const end = (): void => controller.abort();
              if (action.kind === 'send') {
                const id = String((next += 1));
                const options = { priority: action.many, signal };
                const done = queue.send(id, options).then(
                  () => sent.add(id),
                  () => undefined,
                );
                running.push({ end, done });
              } else if (action.kind === 'receive') {
                const done = queue.receiveMany(action.many, { signal }).then(
                  (messages) => messages.forEach(add),
                  () => undefined,
                );
                running.push({ end, done });
              } else if (action.kind === 'listen') {
                queue.on('message', add);
                running.push({ end: () => queue.off('message', add), done: Promise.resolve() });
              } else {
                const stream = queue.createReadStream({ highWaterMark: action.many - 1 });
                stream.on('data', (data) => got.push(data.toString()));
                const done = new Promise((resolve) => stream.once('close', resolve));
                running.push({ end: () => stream.destroy(), done });
              }
            }
          }
          await nextTurn();
          for (const { end } of running) end();
          for (const queue of queues) (await queue.close()).forEach(add);
          await Promise.all(running.map(({ done }) => done));
          for (const left of untilEmpty(watcher)) add(left);
          await watcher.close();
          unlinkQuietly(name);
          // Two listeners of one queue get the same message.
          const listeners = list.filter((each) => each.kind === 'listen').length;
          const seen = new Set(got);
          assert.deepEqual([...seen].sort(), [...sent].sort());
          if (listeners < 2) assert.equal(got.length, seen.size);
        },
      ),
      runs(150),
    );
  });
});
