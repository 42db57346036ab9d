import { cleanup } from './cleanup.js';
import { endRun, type Hook } from './hooks.js';

type Registrar<H> = (hook: H) => void;
type TestHook = (context: unknown) => unknown;

interface NodeTest {
  readonly beforeEach?: Registrar<TestHook>;
  readonly afterEach?: Registrar<TestHook>;
  readonly after?: Registrar<Hook>;
}

/** @returns whether the program uses node:test: elsewhere its hooks would print a report of no tests at the end */
export function hookNodeTest(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  // Not by NODE_TEST_CONTEXT: a child process of a test has it too.
  if (!moduleLoadList.includes('NativeModule test')) return false;
  const test: NodeTest = process.getBuiltinModule('node:test');
  test.beforeEach?.((context) => {
    cleanup.beginTest(context);
  });
  test.afterEach?.((context) => cleanup.endTest(context));
  test.after?.(endRun);
  return true;
}
