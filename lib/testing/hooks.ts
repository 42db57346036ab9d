import { cleanup } from './cleanup.js';

type Hook = () => void | Promise<void>;

/**
 * Root hooks for `mocha --require posix-mqueue/testing`, which is needed in parallel mode only: an
 * import by a test file registers them too.
 */
export const mochaHooks: { beforeEach: Hook; afterEach: Hook; afterAll: Hook } = {
  beforeEach: () => {
    cleanup.beginTest();
  },
  afterEach: () => cleanup.endTest(),
  afterAll: () => cleanup.endRun(),
};

interface MochaGlobals {
  beforeEach?: (hook: Hook) => void;
  afterEach?: (hook: Hook) => void;
  after?: (hook: Hook) => void;
}

/** At the time of an import by a test file, mocha's functions add to the root suite. */
export function registerHooks(): void {
  const { beforeEach, afterEach, after } = globalThis as MochaGlobals;
  beforeEach?.(mochaHooks.beforeEach);
  afterEach?.(mochaHooks.afterEach);
  after?.(mochaHooks.afterAll);
  process.once('exit', () => {
    cleanup.unlinkAll();
  });
}
