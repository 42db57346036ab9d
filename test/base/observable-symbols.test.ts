import assert from 'node:assert/strict';
import { temporaryQueue } from 'posix-mqueue/testing';
import type { MessageQueue, ObservableMessages } from 'posix-mqueue';

type Keyed = Record<string | symbol, (() => ObservableMessages) | undefined>;

async function firstBy(queue: MessageQueue, name: string | symbol): Promise<string> {
  const observable = (queue as unknown as Keyed)[name]?.call(queue);
  assert.ok(observable !== undefined, `no method ${String(name)}`);
  await queue.send('a');
  return new Promise((resolve) => {
    const subscription = observable.subscribe((message) => {
      resolve(message.text());
      subscription.unsubscribe();
    });
  });
}

/** As a library does that is imported later. */
function polyfill(symbol: symbol | undefined): void {
  if (symbol === undefined) Reflect.deleteProperty(Symbol, 'observable');
  else Object.assign(Symbol, { observable: symbol });
}

describe('the symbol of Observables', () => {
  afterEach(() => {
    polyfill(undefined);
  });

  const agreed = [
    '@@observable',
    Symbol.for('observable'),
    Symbol.for('https://github.com/benlesh/symbol-observable'),
  ];
  for (const name of agreed) {
    it(`is ${String(name)} where the runtime has none`, async () => {
      assert.equal(await firstBy(temporaryQueue(), name), 'a');
    });
  }

  it('is that of a polyfill that came after the import', async () => {
    const symbol = Symbol('observable');
    polyfill(symbol);
    assert.equal(await firstBy(temporaryQueue(), symbol), 'a');
  });

  it('is that of a polyfill that came after the queue was opened, once it is used', async () => {
    const [listening, iterating] = [temporaryQueue(), temporaryQueue()];
    const [first, second] = [Symbol('observable'), Symbol('observable')];
    polyfill(first);
    listening.once('unlinked', () => undefined);
    assert.equal(await firstBy(listening, first), 'a');
    polyfill(second);
    iterating[Symbol.asyncIterator]();
    assert.equal(await firstBy(iterating, second), 'a');
  });

  it('adds nothing that can be seen', () => {
    const queue = temporaryQueue();
    const seen: string[] = [];
    for (const key in queue) seen.push(key);
    assert.ok(!seen.includes('@@observable'));
    assert.ok(!Object.hasOwn(queue, '@@observable'));
    assert.equal('observable' in Symbol, false);
  });
});
