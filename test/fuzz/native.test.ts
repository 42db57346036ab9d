import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NativeQueue } from '#dist/native/binding.js';
import { native } from '#dist/native/native.js';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runs } from './runs.js';

const O_RDWR = 2;

// No check of the library's is in between: whatever JavaScript gives to the addon, it must answer.
describe('the addon, with any arguments', function () {
  this.timeout(600_000);

  const anyArguments = fc.array(
    fc.oneof(fc.anything(), fc.integer(), fc.double(), fc.constantFrom(0, 1, 512, 513, 2 ** 32)),
    { maxLength: 6 },
  );

  it('opens nothing by nonsense', () => {
    fc.assert(
      fc.property(anyArguments, (given) => {
        const opened = (native.open as (...args: unknown[]) => NativeQueue | number)(...given);
        if (typeof opened !== 'number') opened.close();
        else assert.ok(opened < 0);
      }),
      runs(500),
    );
  });

  const methods = [
    'attributes',
    'status',
    'names',
    'setPermissions',
    'descriptor',
    'watch',
    'unwatch',
    'tryReceive',
    'trySend',
    'beginReceive',
    'beginSend',
    'cancelReceive',
    'cancelSend',
    'settleReceive',
    'putBack',
    'putBackInbox',
    'reserveThread',
    'yieldThread',
    'releaseThread',
    'useLease',
    'setReferenced',
    'close',
  ] as const;
  // Waits for room at the end of a process only.
  const capped = (method: string, given: unknown[]): unknown[] =>
    method === 'putBack' ? given.slice(0, 1) : given;

  it('survives any calls in any order, with any headers in the outbox', async () => {
    const headers = new Uint32Array(native.outbox(), 0, 64);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...methods), anyArguments), { maxLength: 30 }),
        fc.array(fc.oneof(fc.nat(40), fc.nat(2 ** 32 - 1)), { maxLength: 64 }),
        async (calls, words) => {
          const queue = temporaryQueue({ maxMessages: 2, maxMessageSize: 32 });
          const opened = native.open(queue.name, O_RDWR, 0, 0, 0);
          assert.ok(typeof opened !== 'number');
          opened.onreceive = () => undefined;
          opened.onsend = () => undefined;
          opened.onchange = () => undefined;
          headers.fill(0);
          headers.set(words);
          for (const [method, given] of calls) {
            const call = opened[method] as (...args: unknown[]) => unknown;
            call.apply(opened, capped(method, given));
          }
          opened.cancelReceive();
          opened.cancelSend();
          while (opened.close() === -16) await new Promise((resolve) => setImmediate(resolve));
          await queue.close();
          const { MessageQueue } = await import('posix-mqueue');
          MessageQueue.unlink(queue.name);
        },
      ),
      runs(150),
    );
  });

  const ofLeases = [
    'createLease',
    'adoptLease',
    'heldSlots',
    'readSlot',
    'beginSlot',
    'giveUpSlot',
    'freeSlot',
    'closeLease',
  ] as const;

  it('keeps nothing by nonsense', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...ofLeases), anyArguments)), (calls) => {
        for (const [name, given] of calls) {
          const result = (native[name] as (...args: unknown[]) => unknown)(...given);
          const isNothing = result === undefined || Array.isArray(result) || Number(result) < 0;
          assert.ok(isNothing, `${name}: ${String(result)}`);
        }
      }),
      runs(150),
    );
  });

  it('answers for an object that it did not open', () => {
    const queue = temporaryQueue();
    const opened = native.open(queue.name, O_RDWR, 0, 0, 0) as NativeQueue;
    const Constructor = opened.constructor as new () => NativeQueue;
    const empty = new Constructor();
    for (const method of methods) {
      if (['setReferenced', 'releaseThread', 'unwatch'].includes(method)) continue;
      const result = (empty[method] as (...args: unknown[]) => unknown)(1);
      assert.ok(typeof result === 'boolean' || (typeof result === 'number' && result <= 0), method);
    }
    empty.releaseThread();
    empty.unwatch();
    assert.throws(() => opened.attributes.call({} as never), /Illegal invocation|Invalid argument/);
    opened.close();
  });
});
