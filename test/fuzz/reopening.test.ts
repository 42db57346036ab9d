import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MessageQueue, text, type WaitMode } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { nextTurn, unlinkQuietly } from '../support/code.js';
import { runs } from './runs.js';

interface Action {
  kind: 'send' | 'batch' | 'receive' | 'try' | 'stream' | 'unlink' | 'ref' | 'unref' | 'turn';
  /** How many of something, or after how many turns it is given up. */
  many: number;
}

const actions: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(
    ...(['send', 'send', 'batch', 'receive', 'receive', 'try'] as const),
    ...(['stream', 'unlink', 'unlink', 'ref', 'unref', 'turn', 'turn'] as const),
  ),
  many: fc.integer({ min: 1, max: 6 }),
});

const QUIETLY = new Set<unknown>(['ABORT_ERR', 'ERR_MQ_CLOSED', 'ERR_STREAM_DESTROYED']);

function quietly(error: unknown): void {
  assert.ok(QUIETLY.has((error as { code?: unknown }).code), String(error));
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

/** Sends and receives through one object, under which the name is removed again and again. */
class Run {
  readonly got: string[] = [];
  readonly confirmed = new Set<string>();
  readonly #queue: MessageQueue;
  readonly #name: string;
  readonly #running: Promise<unknown>[] = [];
  #count = 0;

  constructor(name: string, wait: WaitMode) {
    this.#name = name;
    const options = { create: true, reopen: true, maxMessages: 2, maxMessageSize: 16 };
    this.#queue = MessageQueue.open(name, { ...options, wait });
  }

  async act({ kind, many }: Action): Promise<void> {
    const queue = this.#queue;
    if (kind === 'send') {
      const id = this.#next();
      const sending = queue.send(id, { signal: this.#giveUpAfter(many) });
      this.#track(sending.then(() => this.confirmed.add(id)));
    } else if (kind === 'batch') this.#batch(many);
    else if (kind === 'receive') {
      const receiving = queue.receive({ signal: this.#giveUpAfter(many) });
      this.#track(receiving.then((message) => this.got.push(message.text())));
    } else if (kind === 'try') {
      const message = queue.tryReceive();
      if (message !== null) this.got.push(message.text());
    } else if (kind === 'stream') {
      const stream = queue.createReadStream({ codec: text, highWaterMark: many - 1 });
      stream.on('data', (data) => this.got.push(data));
      this.#track(turns(many).then(() => stream[Symbol.asyncDispose]()));
    } else if (kind === 'unlink') unlinkQuietly(this.#name);
    else if (kind === 'ref') queue.ref();
    else if (kind === 'unref') queue.unref();
    else await turns(many);
  }

  async finish(): Promise<void> {
    this.#queue.ref();
    await Promise.all(this.#running);
    for (;;) {
      const next = await this.#queue.receive({ timeout: 0 }).catch(() => null);
      if (next === null) break;
      this.got.push(next.text());
    }
    assert.deepEqual(await this.#queue.close(), []);
    unlinkQuietly(this.#name);
  }

  #next(): string {
    this.#count += 1;
    return String(this.#count);
  }

  #batch(many: number): void {
    const writer = this.#queue.createWriteStream({ codec: text });
    const closed = new Promise((resolve) => writer.once('close', resolve));
    writer.on('error', quietly);
    writer.cork();
    for (let index = 0; index < many; index += 1) {
      const id = this.#next();
      writer.write(id, (error) => {
        if (error === undefined || error === null) this.confirmed.add(id);
      });
    }
    writer.uncork();
    this.#track(turns(many).then(() => writer.destroy()));
    this.#track(closed);
  }

  #giveUpAfter(many: number): AbortSignal {
    const controller = new AbortController();
    this.#track(turns(many * 4).then(() => controller.abort()));
    return controller.signal;
  }

  #track(promise: Promise<unknown>): void {
    this.#running.push(promise.catch(quietly));
  }
}

describe('a queue that is unlinked and opened anew in any order of calls', function () {
  this.timeout(600_000);

  for (const wait of ['auto', 'loop'] satisfies WaitMode[]) {
    it(`delivers each message once (${wait})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(actions, { maxLength: 60 }), async (list) => {
          const run = new Run(temporaryName(), wait);
          for (const action of list) await run.act(action);
          await run.finish();
          assert.equal(new Set(run.got).size, run.got.length, 'one came twice');
          for (const id of run.confirmed) assert.ok(run.got.includes(id), `${id} is gone`);
        }),
        runs(300),
      );
    });
  }
});
