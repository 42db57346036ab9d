import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { isEmulated } from '../support/machine.js';
import { countsLeaks, slowdown } from '../support/sanitizer.js';

const THREADS = 4;
const MESSAGES = 400;

describe('worker_threads', () => {
  it('each have the addon for themselves, and share a queue', async () => {
    const requests = temporaryQueue();
    const responses = temporaryQueue();
    const program = new URL('../fixtures/thread.js', import.meta.url);
    const workerData = [requests.name, responses.name];
    const threads = Array.from({ length: THREADS }, () => new Worker(program, { workerData }));
    await Promise.all(threads.map((thread) => once(thread, 'message')));

    const sending = (async () => {
      for (let number = 0; number < MESSAGES; number += 1) await requests.send(String(number));
    })();
    const answers: number[] = [];
    while (answers.length < MESSAGES) answers.push(Number((await responses.receive()).text()));
    await sending;
    const expected = Array.from({ length: MESSAGES }, (_, index) => index);
    assert.deepEqual(
      answers.toSorted((a, b) => a - b),
      expected,
    );

    // Two end by themselves, two are terminated while they wait; this thread goes on.
    for (const thread of threads.slice(0, 2)) {
      thread.postMessage('close');
      assert.deepEqual(await once(thread, 'exit'), [0]);
    }
    await Promise.all(threads.slice(2).map((thread) => thread.terminate()));
    await requests.send('still here');
    assert.equal((await requests.receive()).text(), 'still here');
    await MessageQueue.open(requests.name).close();
  });

  it('may come and go, and leave one signal that the process catches', async function () {
    this.timeout(60_000 * slowdown);
    // Reason: qemu catches all real-time signals itself, whatever the program below it does.
    if (isEmulated) this.skip();
    const { code, signal, stdout, stderr } = await runFixture('threads-in-turn', ['40']).end;
    assert.deepEqual([code, signal, stdout, stderr], [0, null, 'signals: 1', '']);
  });

  it('may be terminated while they open queues', async function () {
    this.timeout(60_000 * slowdown);
    // Reason: node-addon-api keeps for ever what it could not tie to an object, as in a thread that is stopping.
    if (countsLeaks) this.skip();
    const { code, signal, stdout, stderr } = await runFixture('threads-terminated', ['30']).end;
    assert.deepEqual([code, signal, stdout, stderr], [0, null, 'still here', '']);
  });
});
