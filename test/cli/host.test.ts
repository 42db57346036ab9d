import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Message, MessageQueue, type raw } from 'posix-mqueue';
import { RpcError, RpcWorker, type RpcHandler } from 'posix-mqueue/rpc';
import { Worker, type Handler } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { unlinkQuietly } from '../support/code.js';
import { mqueue, startMqueue } from '../support/command.js';
import { exists } from '../support/exists.js';
import { endedBy } from '../support/program-worker.js';

/** A worker in this process, which ends with the test. */
interface Running {
  close(): Promise<void>;
}

describe('mqueue host', function () {
  // Each starts the command several times.
  this.timeout(20_000);

  let names: [requests: string, responses: string];
  let workers: Running[];
  beforeEach(() => {
    names = [temporaryName(), temporaryName()];
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    for (const name of names) unlinkQuietly(name);
  });

  async function answering(handler: Handler<typeof raw>): Promise<void> {
    const [requests, responses] = names;
    const worker = new Worker({ requests, responses, concurrency: 4 }, handler);
    worker.on('failure', () => undefined);
    await run(worker);
  }

  async function answeringByRpc(handler: RpcHandler, concurrency = 4): Promise<void> {
    const worker = new RpcWorker({ requests: names[0], concurrency }, handler);
    worker.on('failure', () => undefined);
    await run(worker);
  }

  async function run(worker: Worker | RpcWorker): Promise<void> {
    const ready = once(worker, 'ready');
    const running = worker.run();
    await ready;
    workers.push({
      close: async () => {
        // Some leave it a response that nobody takes, or a handler that never ends.
        await worker.close({ timeout: 0 });
        await running;
      },
    });
  }

  it('sends each line, prints as many responses, and leaves the queues', async () => {
    await answering((request) => Buffer.concat([Buffer.from('<'), request, Buffer.from('>')]));
    const input = Buffer.concat([
      Buffer.from('a\n\n'),
      Buffer.of(0xff, 0, 0x0a),
      Buffer.from('last'),
    ]);
    const { code, stdout, stderr } = await mqueue(['host', ...names], input);
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.toString('latin1').split('\n').toSorted();
    assert.deepEqual(lines, ['', '<>', '<a>', '<last>', '<\xff\0>'].toSorted());
    assert.deepEqual(names.map(exists), [true, true]);
  });

  it('ends lines with a NUL byte, and removes the queues', async () => {
    await answering((request) => request);
    const args = ['host', '--null', '--unlink', '--concurrency', '1', ...names];
    const { code, stdout } = await mqueue(args, 'a\nb\0c\0');
    assert.deepEqual([code, stdout.toString()], [0, 'a\nb\0c\0']);
    assert.deepEqual(names.map(exists), [false, false]);
  });

  it('sends no more than it may while responses are missing, and with a priority', async () => {
    const [requests, responses] = names.map((name) =>
      MessageQueue.open(name, { create: true, maxMessages: 4, maxMessageSize: 64 }),
    ) as [MessageQueue, MessageQueue];
    const host = startMqueue(['host', ...names, '--concurrency', '2', '--priority', '3']);
    host.write('a\nb\nc\n');
    host.process.stdin?.end();
    const first = await requests.receive();
    assert.deepEqual([first.text(), first.priority], ['a', 3]);
    assert.equal((await requests.receive()).text(), 'b');
    await assert.rejects(requests.receive({ timeout: 100 }), { code: 'ETIMEDOUT' });
    await responses.send('1');
    assert.equal((await requests.receive()).text(), 'c');
    await responses.send('2');
    await responses.send('3');
    assert.deepEqual([(await host.end).code, (await host.end).stdout], [0, '1\n2\n3']);
    await Promise.all([requests.close(), responses.close()]);
  });

  it('ends without input', async () => {
    const { code, stdout } = await mqueue(['host', ...names], '');
    assert.deepEqual([code, stdout.length], [0, 0]);
  });

  it('ends with 124 where a response does not come', async () => {
    await answering((request) => (request.toString() === 'b' ? undefined : request));
    const { code, stdout, stderr } = await mqueue(
      ['host', ...names, '--timeout', '300ms'],
      'a\nb\n',
    );
    assert.deepEqual([code, stdout.toString()], [124, 'a\n']);
    assert.match(stderr, /^mqueue: no response came .*1\) within 300 ms\n$/);
  });

  it('tells the number of a line that cannot be sent, and goes on or ends there', async () => {
    await answering((request) => request);
    const input = `a\n${'x'.repeat(513)}\nb\n`;
    const { code, stdout, stderr } = await mqueue(['host', ...names], input);
    assert.deepEqual([code, stdout.toString().split('\n').toSorted()], [1, ['', 'a', 'b']]);
    assert.match(stderr, /^mqueue: line 2: .*too large.*\nmqueue: not sent: 1\n$/);
    const stopped = await mqueue(['host', ...names, '--stop-at-error'], input);
    assert.equal(stopped.code, 1);
    assert.match(stopped.stderr, /^mqueue: line 2: .*too large.*\n$/);
  });

  it('drops what an earlier run has left, and tells it', async () => {
    await answering((request) => request);
    await using responses = MessageQueue.open(names[1]);
    await responses.send(new Message(Buffer.from('old'), 0));
    const { stdout, stderr } = await mqueue(['host', ...names], 'a\n');
    assert.equal(stdout.toString(), 'a\n');
    assert.match(stderr, /dropped 1 message of an earlier run/);
  });

  it('ends by a signal while it waits, and when nobody reads', async () => {
    await answering((request) => (request.toString() === 'never' ? undefined : request));
    const waiting = startMqueue(['host', ...names]);
    waiting.write('a\nnever\n');
    await waiting.printed('a');
    waiting.kill('SIGINT');
    await endedBy(waiting, 'SIGINT');
    const unread = startMqueue(['host', ...names]);
    unread.process.stdout?.destroy();
    unread.process.stdin?.on('error', () => undefined);
    unread.write('a\n'.repeat(100));
    await endedBy(unread, 'SIGPIPE');
  });

  it('needs both queues where it is not to make them', async () => {
    const { code, stderr } = await mqueue(['host', '--no-create', ...names], 'a\n');
    assert.equal(code, 1);
    assert.match(stderr, /^mqueue: there is no queue .*mqueue create/);
    assert.deepEqual(names.map(exists), [false, false]);
  });

  it('refuses a wrong command line', async () => {
    const [requests, responses] = names;
    for (const [args, text] of [
      [[requests], /queue for the responses is missing/],
      [[requests, responses, '--rpc'], /leave it out/],
      [[requests, responses, '--unordered'], /--unordered needs --rpc/],
      [[requests, responses, '--method', 'm'], /--method needs --rpc/],
      [[requests, requests], /another queue/],
      [[requests, '--rpc', '--unlink'], /--unlink/],
      [[requests, '--rpc', '--concurrency', '0'], /1 to 10000/],
    ] as const) {
      const { code, stdout, stderr } = await mqueue(['host', ...args], 'a\n');
      assert.deepEqual([code, stdout.toString()], [2, ''], stderr);
      assert.match(stderr, text);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
    assert.deepEqual(names.map(exists), [false, false]);
  });

  describe('--rpc', () => {
    const args = (...given: string[]): string[] => ['host', '--rpc', names[0], ...given];

    /** A handler that answers each request when all of the others are there, the last one first. */
    function backwards(count: number): RpcHandler {
      const waiting: (() => void)[] = [];
      return async (request) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === count) next();
        });
        setImmediate(next);
        return request;
      };
      function next(): void {
        waiting.pop()?.();
      }
    }

    it('prints each reply in the order of the lines, or as it comes', async () => {
      await answeringByRpc(backwards(4));
      const input = 'a\nb\nc\nd\n';
      const ordered = await mqueue(args('--concurrency', '4'), input);
      assert.deepEqual([ordered.code, ordered.stdout.toString()], [0, input], ordered.stderr);
      await workers.pop()?.close();
      await answeringByRpc(backwards(4));
      const unordered = await mqueue(args('--concurrency', '4', '--unordered'), input);
      assert.deepEqual([unordered.code, unordered.stdout.toString()], [0, 'd\nc\nb\na\n']);
    });

    it('names the method and the priority, and asks for one at a time', async () => {
      let inHand = 0;
      await answeringByRpc(async (request, { method, priority }) => {
        assert.equal((inHand += 1), 1);
        await new Promise((resolve) => setImmediate(resolve));
        inHand -= 1;
        return Buffer.from(`${request.toString()} ${method} ${priority}`);
      });
      const { stdout } = await mqueue(args('--method', 'm', '--priority', '7'), 'a\nb');
      assert.equal(stdout.toString(), 'a m 7\nb m 7\n');
    });

    it('tells failures with the number of their line, and goes on or ends there', async () => {
      await answeringByRpc((request) => {
        if (request.toString() !== 'bad') return request;
        throw new RpcError('E_BAD', 'it is bad\u001b[1m', { data: { why: 7 } });
      });
      const input = 'a\nbad\nb\n';
      const { code, stdout, stderr } = await mqueue(args('--concurrency', '2'), input);
      assert.deepEqual([code, stdout.toString()], [1, 'a\nb\n']);
      assert.equal(
        stderr,
        'mqueue: line 2: it is bad\\x1b[1m {"why":7}\nmqueue: 1 of 3 requests failed\n',
      );
      const stopped = await mqueue(args('--stop-at-error'), input);
      assert.deepEqual([stopped.code, stopped.stdout.toString()], [1, 'a\n']);
      assert.match(stopped.stderr, /^mqueue: line 2: it is bad.*\n$/);
    });

    it('waits no longer than it may for each, and sends it again', async () => {
      let count = 0;
      await answeringByRpc(async (request) => {
        count += 1;
        if (count < 2) await new Promise(() => undefined);
        return request;
      });
      const retried = await mqueue(args('--timeout', '2s', '--retries', '1'), 'a\n');
      assert.deepEqual([retried.code, retried.stdout.toString()], [0, 'a\n'], retried.stderr);
      count = -1000;
      const late = await mqueue(args('--timeout', '200ms'), 'a\n');
      assert.equal(late.code, 1);
      assert.match(late.stderr, /^mqueue: line 1: .*200 ms.* longer --timeout$/m);
    }).timeout(30_000);

    it('ends by a signal, and when nobody reads', async () => {
      await answeringByRpc(async (request) => {
        if (request.toString() === 'never') await new Promise(() => undefined);
        return request;
      }, 10);
      const waiting = startMqueue(args('--concurrency', '2'));
      waiting.write('a\nnever\n');
      await waiting.printed('a');
      waiting.kill('SIGTERM');
      await endedBy(waiting, 'SIGTERM');
      const unread = startMqueue(args());
      unread.process.stdout?.destroy();
      unread.process.stdin?.on('error', () => undefined);
      unread.write('a\n'.repeat(100));
      await endedBy(unread, 'SIGPIPE');
    });
  });
});
