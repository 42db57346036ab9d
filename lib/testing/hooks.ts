import { cleanup } from './cleanup.js';
import { warnOpenWaits } from './open-waits.js';

export type Hook = () => void | Promise<void>;

// Mocha and jest run one test at a time, and tell hooks nothing that both have.
const TEST = 'test';

export const beginTest: Hook = () => {
  cleanup.beginTest(TEST);
};
export const endTest: Hook = () => cleanup.endTest(TEST);
export const endRun: Hook = async () => {
  // Some have been told by a hook of their own already.
  const isFirst = cleanup.hooked;
  cleanup.hooked = false;
  await cleanup.endRun();
  if (isFirst) await warnOpenWaits();
};

/**
 * Root hooks for `mocha --require posix-mqueue/testing`, which is needed only where the tests have no global
 * functions, as with `--ui exports`.
 */
export const mochaHooks: { beforeEach: Hook; afterEach: Hook; afterAll: Hook } = {
  beforeEach: beginTest,
  afterEach: endTest,
  afterAll: endRun,
};
