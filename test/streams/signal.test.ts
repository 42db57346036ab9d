import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { createDuplex, createReadStream, createWriteStream, type MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

/** How many descriptors of these queues this process has. */
function descriptorsOf(...queues: MessageQueue[]): number {
  const names = new Set(queues.map(({ name }) => name));
  return readdirSync('/proc/self/fd').filter((number) => {
    try {
      return names.has(readlinkSync(`/proc/self/fd/${number}`));
    } catch {
      return false; // the one that lists them
    }
  }).length;
}

type Make = (a: MessageQueue, b: MessageQueue, signal: AbortSignal) => Readable | Writable;

const kinds: [title: string, make: Make][] = [
  ['a reader by name', (a, _, signal) => createReadStream(a.name, { signal })],
  ['a reader of a queue', (a, _, signal) => a.createReadStream({ signal })],
  ['a writer by name', (_, b, signal) => createWriteStream(b.name, { signal })],
  ['a writer of a queue', (_, b, signal) => b.createWriteStream({ signal })],
  [
    'a channel by name',
    (a, b, signal) => createDuplex({ readable: a.name, writable: b.name, signal }),
  ],
  ['a channel of queues', (a, b, signal) => createDuplex({ readable: a, writable: b, signal })],
];

for (const [title, make] of kinds) {
  describe(`the signal of ${title}`, () => {
    const isAbort = { name: 'AbortError', code: 'ABORT_ERR', cause: 'why' };

    it('destroys it when it is aborted already, and nothing stays open or taken', async () => {
      const [a, b] = [temporaryQueue(), temporaryQueue()];
      await a.send('stays');
      const before = descriptorsOf(a, b);
      const stream = make(a, b, AbortSignal.abort('why'));
      assert.equal(stream.destroyed, true);
      const closed = once(stream, 'close');
      await assert.rejects(closed, isAbort);
      await until(() => stream.closed, 'the close of the stream');
      assert.equal(descriptorsOf(a, b), before);
      assert.equal(a.tryReceive()?.text(), 'stays');
      assert.deepEqual([await a.close(), await b.close()], [[], []]);
      await until(() => descriptorsOf(a, b) === 0, 'closed descriptors');
    });

    it('destroys it with the same error when it is aborted later', async () => {
      const [a, b] = [temporaryQueue(), temporaryQueue()];
      const before = descriptorsOf(a, b);
      const controller = new AbortController();
      const stream = make(a, b, controller.signal);
      assert.equal(stream.destroyed, false);
      const closed = once(stream, 'close');
      controller.abort('why');
      await assert.rejects(closed, isAbort);
      await until(() => stream.closed, 'the close of the stream');
      assert.equal(descriptorsOf(a, b), before);
    });

    it('keeps no listener once it is destroyed', async () => {
      const { signal } = new AbortController();
      const stream = make(temporaryQueue(), temporaryQueue(), signal);
      stream.destroy();
      await once(stream, 'close');
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    });
  });
}
