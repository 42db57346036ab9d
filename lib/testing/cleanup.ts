import { codeOf } from '../base/code-of.js';
import { warnNoHooks } from '../base/warnings.js';
import { isEnd } from '../native/ending.js';
import { MessageQueue } from '../message-queue/message-queue.js';
import { NameList } from './left-behind.js';

type Queues = Map<string, MessageQueue | undefined>;

// Some test runners make the global one anew, as a copy that is never told of the end.
const real = process.getBuiltinModule('node:process');

/** Knows which temporary queues are there, and when they are to go. */
export class Cleanup {
  readonly #ofTest: Queues = new Map();
  readonly #ofRun: Queues = new Map();
  readonly #tests = new Set<unknown>();
  readonly #list = new NameList();
  #hooked = false;
  #wasHooked = false;
  readonly #atExit = (): void => {
    if (isEnd()) this.#unlinkAll();
  };

  /** Whether the end of the test and of the run will be told, as far as is known. */
  get hooked(): boolean {
    return this.#hooked;
  }

  set hooked(value: boolean) {
    this.#hooked = value;
    this.#wasHooked ||= value;
  }

  /** A name, whoever opens it; the same name again with its queue. */
  add(name: string, queue?: MessageQueue): void {
    const known = [this.#ofTest, this.#ofRun].find((queues) => queues.has(name));
    if (known === undefined) this.#begin(name);
    (known ?? (this.#tests.size > 0 ? this.#ofTest : this.#ofRun)).set(name, queue);
  }

  /** @param test - anything that is the same when it ends */
  beginTest(test: unknown): void {
    this.hooked = true;
    this.#tests.add(test);
  }

  /** Queues of tests that run side by side go with the last of them: nothing tells whose they are. */
  async endTest(test: unknown): Promise<void> {
    this.#tests.delete(test);
    if (this.#tests.size === 0) await this.#removeAll(this.#ofTest);
  }

  /** Also what is left of tests: a runner need not have told their end. */
  async endRun(): Promise<void> {
    this.#tests.clear();
    await this.#removeAll(this.#ofTest);
    await this.#removeAll(this.#ofRun);
  }

  /** Unlinks it, and closes it by `close`, or as it is always closed. */
  async remove(name: string, close?: () => Promise<unknown>): Promise<void> {
    const queue = this.#ofTest.get(name) ?? this.#ofRun.get(name);
    this.#ofTest.delete(name);
    this.#ofRun.delete(name);
    try {
      this.#unlink(name);
    } finally {
      await (close ?? (() => queue?.close()))();
    }
  }

  async #removeAll(queues: Queues): Promise<void> {
    for (const name of queues.keys()) await this.remove(name);
  }

  /** Only while there is any: it keeps this object, and all that a runner has loaded for a file of tests. */
  #begin(name: string): void {
    if (this.#ofTest.size + this.#ofRun.size === 0) real.on('exit', this.#atExit);
    this.#list.add(name);
  }

  /** @returns whether it was there */
  #unlink(name: string): boolean {
    if (this.#ofTest.size + this.#ofRun.size === 0) real.off('exit', this.#atExit);
    const wasThere = unlink(name);
    this.#list.remove(name);
    return wasThere;
  }

  /** For the end of the process, where nothing can be awaited. */
  #unlinkAll(): void {
    const left = [...this.#ofTest.keys(), ...this.#ofRun.keys()].filter((name) =>
      this.#unlink(name),
    );
    if (left.length > 0 && !this.#wasHooked) warnNoHooks(left);
  }
}

function unlink(name: string): boolean {
  try {
    MessageQueue.unlink(name);
    return true;
  } catch (error) {
    // The test has unlinked it itself, or never made it, or nobody can here.
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ERR_MQ_UNSUPPORTED') throw error;
    return false;
  }
}

// A runner that loads this module anew in the middle of a test, as jest.resetModules() makes it, has the hooks
// of the first copy.
const KEY = Symbol.for('posix-mqueue.testing');
const shared = globalThis as { [KEY]?: Cleanup };

export const cleanup: Cleanup = (shared[KEY] ??= new Cleanup());
