import assert from 'node:assert/strict';
import { once } from 'node:events';
import { from, lastValueFrom } from 'rxjs';
import { Message, MessageQueueError, text } from 'posix-mqueue';
import { toQueue } from 'posix-mqueue/rxjs';
import { Host, Worker, type Failure, type Transport } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { errorLike } from '../support/code.js';

function messageOf(data: unknown, priority?: unknown): Message {
  return new Message(data as Buffer, priority as number);
}

const secret = Buffer.from('secret');
type Bad = [title: string, message: Message, code: string, text: RegExp];
const range = /'message\.priority' must be a whole number from 0 to 32767, not /;
const bytes = /'message\.data' must be .*bytes/;
const bad: Bad[] = [
  ['a priority over 2 ** 32', messageOf(secret, 2 ** 32 + 7), 'ERR_OUT_OF_RANGE', range],
  ['a priority over 32767', messageOf(secret, 40_000), 'ERR_OUT_OF_RANGE', range],
  ['a priority below 0', messageOf(secret, -1), 'ERR_OUT_OF_RANGE', range],
  ['a priority that is NaN', messageOf(secret, NaN), 'ERR_OUT_OF_RANGE', range],
  ['half a priority', messageOf(secret, 0.5), 'ERR_OUT_OF_RANGE', range],
  ['no number as priority', messageOf(secret, '7'), 'ERR_INVALID_ARG_TYPE', /'message\.priority'/],
  ['no data', messageOf(undefined), 'ERR_INVALID_ARG_TYPE', bytes],
  ['an object as data', messageOf({ secret: 1 }), 'ERR_INVALID_ARG_TYPE', bytes],
  ['both mixed up', messageOf(7, 'secret'), 'ERR_INVALID_ARG_TYPE', bytes],
];

for (const [title, message, code, expected] of bad) {
  describe(`a Message with ${title}`, () => {
    const isArgument = (error: unknown): true => {
      assert.equal((error as { code?: unknown }).code, code);
      assert.match((error as Error).message, expected);
      assert.doesNotMatch((error as Error).message, /secret/);
      return true;
    };
    const isEncode = (error: unknown): true => {
      errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE' }, expected)(error);
      assert.doesNotMatch((error as Error).message, /secret/);
      return isArgument((error as Error).cause);
    };

    it('is refused by send and trySend', async () => {
      const queue = temporaryQueue();
      await assert.rejects(queue.send(message), isArgument);
      assert.throws(() => queue.trySend(message), isArgument);
      assert.equal(queue.currentMessages, 0);
    });

    it('fails the batch of a Writable after what precedes it', async () => {
      const queue = temporaryQueue();
      const stream = queue.createWriteStream({ codec: text });
      const failed = once(stream, 'error');
      stream.cork();
      stream.write('first');
      stream.write(message);
      stream.uncork();
      const [error] = (await failed) as [MessageQueueError];
      isEncode(error);
      assert.deepEqual([error.sent, queue.currentMessages], [1, 1]);
    });

    it('is an error of toQueue', async () => {
      const queue = temporaryQueue();
      await assert.rejects(lastValueFrom(from([message]).pipe(toQueue(queue))), isEncode);
      assert.equal(queue.currentMessages, 0);
    });

    it('is refused by Host.send', async () => {
      const queue = temporaryQueue();
      const names = { requests: queue.name, responses: temporaryQueue().name };
      await using host = new Host(names);
      await assert.rejects(host.send(message), isEncode);
      assert.equal(queue.currentMessages, 0);
    });

    it('is a failure of the one request that a Worker answers with it', async () => {
      const { failures, received } = await work(() => message);
      assert.equal(received, 'good');
      assert.deepEqual(
        failures.map(({ request }) => request),
        ['bad'],
      );
      isEncode(failures[0]?.error);
    });
  });
}

/** What a worker does with the request `bad`, which `answer` answers, and with `good` after it. */
async function work(
  answer: () => Message,
  transport: Transport = new MemoryTransport(),
): Promise<{ failures: Failure[]; received: string }> {
  const options = { requests: '/requests', responses: '/responses', transport, codec: text };
  await using host = new Host(options);
  await using worker = new Worker(options, (request) => (request === 'bad' ? answer() : request));
  const failures: Failure[] = [];
  worker.on('failure', (failure) => failures.push(failure));
  const running = worker.run();
  await host.send('bad');
  await host.send('good');
  // A worker that has ended answers no more.
  const ended = running.then(() => assert.fail('ended'));
  return { failures, received: await Promise.race([host.receive(), ended]) };
}

describe('a response that the transport refuses as an argument', () => {
  class Strict extends MemoryTransport {
    override async openSender(...parameters: Parameters<MemoryTransport['openSender']>) {
      const sender = await super.openSender(...parameters);
      return {
        send: async (...given: Parameters<typeof sender.send>) => {
          if (given[0].length === 7) {
            throw Object.assign(new TypeError('no'), { code: 'ERR_INVALID_ARG_TYPE' });
          }
          await sender.send(...given);
        },
        close: () => sender.close(),
      };
    }
  }

  it('is a failure of that one', async () => {
    const { failures, received } = await work(() => new Message(Buffer.alloc(7)), new Strict());
    assert.deepEqual([failures.length, received], [1, 'good']);
  });
});

describe('a good Message', () => {
  it('keeps bytes and priority, whichever view of bytes it has', async () => {
    const queue = temporaryQueue();
    for (const data of [Buffer.from('a'), new Uint8Array([97]), new Uint8Array([97]).buffer]) {
      await queue.send(messageOf(data, 32_767));
      queue.createWriteStream().end(messageOf(data, 0));
      const received = [await queue.receive(), await queue.receive()];
      assert.deepEqual(
        received.map((each) => [each.text(), each.priority]),
        [
          ['a', 32_767],
          ['a', 0],
        ],
      );
    }
  });

  it('has the priority that send is given, whatever its own', async () => {
    const queue = temporaryQueue();
    await queue.send(messageOf(secret, 40_000), { priority: 3 });
    assert.equal((await queue.receive()).priority, 3);
  });
});
