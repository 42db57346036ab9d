import assert from 'node:assert/strict';
import { AbortError, MessageQueueError } from 'posix-mqueue';
import { errorLike, nextTurn, until } from '../support/code.js';
import { overTransports } from '../support/rpc.js';

overTransports('requests that wait', (bench) => {
  it('times out, counts the late reply, and a worker drops what has expired', async () => {
    let release: (value: string) => void = () => undefined;
    const worker = await bench().worker(
      () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    );
    const host = bench().host();
    const noReply = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /sent once.*no reply/);
    const slow = assert.rejects(host.request(0, { timeout: 500 }), noReply);
    await until(() => worker.stats().inHand === 1, 'a request in hand');
    await assert.rejects(host.request(1, { timeout: 20 }), noReply);
    await slow;
    release('late');
    // Where messages have an expiration the queue itself drops those.
    const { properties } = bench().transport.capabilities;
    await until(() => properties || worker.stats().expired === 1, 'an expired request');
    await until(() => host.stats().late === 1, 'a late reply');
    assert.deepEqual([host.stats().timedOut, worker.stats().replies], [2, 1]);
  });

  it('says where there was no room for the request', async () => {
    const host = bench().host();
    await host.notify(1);
    await host.notify(2);
    const noRoom = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /had no room/);
    await assert.rejects(host.request(3, { timeout: 10 }), noRoom);
    await assert.rejects(host.notify(3, { timeout: 10 }), noRoom);
    assert.equal(host.stats().notifications, 2);
    await bench().worker(() => 1);
    assert.equal(await host.request(3), 1);
  });

  it('is cancelled by a signal: before, while it waits for room, and for the reply', async () => {
    const host = bench().host();
    await assert.rejects(host.request(0, { signal: AbortSignal.abort() }), AbortError);
    const controller = new AbortController();
    const { signal } = controller;
    const open = [0, 1, 2].map((each) => host.request(each, { signal }));
    await until(() => host.stats().open === 3, 'three open requests');
    await nextTurn();
    controller.abort(new Error('why'));
    for (const each of open) {
      const error = (await each.catch((e: unknown) => e)) as AbortError;
      assert.deepEqual([error.code, (error.cause as Error).message], ['ABORT_ERR', 'why']);
    }
    assert.equal(host.stats().open, 0);
    const { messages } = await bench().transport.stat(bench().requests);
    assert.equal(messages, 2);
  });

  it('sends again, with the same id and the next attempt, and drops the doubled reply', async () => {
    const attempts: number[] = [];
    const waiting: ((value: unknown) => void)[] = [];
    const worker = await bench().worker(
      (_, { attempt }) => {
        attempts.push(attempt);
        return attempt < 2 ? new Promise((resolve) => waiting.push(resolve)) : 'third';
      },
      { concurrency: 3 },
    );
    const host = bench().host();
    assert.equal(await host.request(0, { attemptTimeout: 5, timeout: 9000 }), 'third');
    for (const resolve of waiting) resolve('late');
    // Two, or on a busy machine more.
    const sent = (): number => host.stats().retries + 1;
    await until(
      () => host.stats().late === sent() - 1 && attempts.length === sent(),
      'late replies',
    );
    assert.ok(sent() >= 3);
    assert.deepEqual(attempts, [...Array(sent()).keys()]);
    assert.equal(worker.stats().replies, sent());
  });

  it('sends no more often than retries allow, and not after the deadline', async () => {
    const host = bench().host({ maxMessages: 8 });
    const options = { attemptTimeout: 2, retries: 1, timeout: 60 };
    const twice = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /sent 2 times/);
    await assert.rejects(host.request(0, options), twice);
    const { messages } = await bench().transport.stat(bench().requests);
    assert.equal(messages, 2);
    const shared = host.request(0, { retries: 2, timeout: 30 });
    await assert.rejects(shared, { code: 'ETIMEDOUT' });
    assert.ok(host.stats().retries <= 3);
  });

  it('remembers answers where it is told to, and does not work twice at one time', async () => {
    let worked = 0;
    let release: (value: string) => void = () => undefined;
    const worker = await bench().worker(
      (value) => {
        worked += 1;
        if (value === 'fast') return 'once';
        return new Promise((resolve) => {
          release = resolve;
        });
      },
      { deduplicate: 1, concurrency: 2 },
    );
    const host = bench().host();
    const slow = host.request('slow', { attemptTimeout: 2, retries: 1 });
    await until(() => worker.stats().repeated === 1, 'a repeated request');
    release('slow');
    assert.equal(await slow, 'slow');
    await until(() => worker.stats().replies === 1, 'a reply');
    assert.equal(worked, 1);
    assert.equal(await host.request('fast'), 'once');
  });

  it("aborts a handler's signal at the deadline", async () => {
    let reason: unknown;
    let end: () => void = () => undefined;
    await bench().worker(
      (_, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            ({ reason } = signal);
          });
          // Not yet: its reply could be there before the host has given up.
          end = () => {
            resolve(undefined);
          };
        }),
    );
    const host = bench().host();
    // On a busy machine one may have expired before it is taken.
    while (reason === undefined) {
      await assert.rejects(host.request(0, { timeout: 20 }), { code: 'ETIMEDOUT' });
    }
    end();
    assert.match((reason as Error).message, /deadline/);
  });
});
