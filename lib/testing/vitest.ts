import { cleanup } from './cleanup.js';
import { endRun, type Hook } from './hooks.js';

type Registrar<H> = (hook: H) => void;
type TestHook = (context: { task: unknown }) => unknown;

/** The module `vitest`, as its own workers find it, also without `globals: true`. */
export interface Vitest {
  readonly beforeEach?: Registrar<TestHook>;
  readonly afterEach?: Registrar<TestHook>;
  readonly afterAll: Registrar<Hook>;
  readonly onTestFinished: Registrar<Hook>;
}

export function vitest(): Vitest | undefined {
  return (globalThis as { __vitest_index__?: Vitest }).__vitest_index__;
}

/** For the tests of the file that is being loaded. */
// The context has to be taken apart where it is named: vitest reads the text of the function.
export function hookVitest({ beforeEach, afterEach, afterAll }: Vitest): true {
  beforeEach?.(({ task }) => {
    cleanup.beginTest(task);
  });
  afterEach?.(({ task }) => cleanup.endTest(task));
  afterAll(endRun);
  return true;
}

/** For the test that runs, or else for the suite or file that is being loaded. */
export function hookLater({ onTestFinished, afterAll }: Vitest, hook: Hook): void {
  try {
    onTestFinished(hook);
  } catch {
    afterAll(hook);
  }
}
