import { cleanup } from './cleanup.js';
import { warnOpenWaits } from './open-waits.js';

type Hook = () => void | Promise<void>;
type Registrar<H> = (hook: H) => void;

// Mocha and jest run one test at a time, and tell hooks nothing that both have.
const TEST = 'test';

const beginTest: Hook = () => {
  cleanup.beginTest(TEST);
};
const endTest: Hook = () => cleanup.endTest(TEST);
const endRun: Hook = async () => {
  cleanup.hooked = false;
  await cleanup.endRun();
  await warnOpenWaits();
};

/**
 * Root hooks for `mocha --require posix-mqueue/testing`, which is needed only where no test file imports
 * this module.
 */
export const mochaHooks: { beforeEach: Hook; afterEach: Hook; afterAll: Hook } = {
  beforeEach: beginTest,
  afterEach: endTest,
  afterAll: endRun,
};

/** What runners offer under one name or another. */
interface Runner<H> {
  beforeEach?: Registrar<H>;
  afterEach?: Registrar<H>;
  after?: Registrar<Hook>;
}
interface Globals extends Runner<Hook> {
  afterAll?: Registrar<Hook>;
  setup?: Registrar<Hook>;
  teardown?: Registrar<Hook>;
  suiteTeardown?: Registrar<Hook>;
  /** The module `vitest`, as its own workers find it, also without `globals: true`. */
  __vitest_index__?: Runner<(context: { task: unknown }) => unknown> & {
    afterAll: Registrar<Hook>;
    onTestFinished: Registrar<Hook>;
  };
}
type NodeTest = Runner<(context: unknown) => unknown>;

/**
 * Adds to the hooks of the runner that loads this module, for all tests of the file or of the run. Where there
 * is none it looks again once the file that loads this module has loaded the rest, by `require()`.
 */
export function registerHooks(): void {
  tryToRegister();
  // Not later: node:test begins soon.
  if (!cleanup.hooked) void Promise.resolve().then(tryToRegister);
}

function tryToRegister(): void {
  const globals = globalThis as Globals;
  try {
    cleanup.hooked ||= register(globals);
  } catch {
    // Jest allows no hooks within a test: those of the copy that was loaded before it are there.
  }
}

/**
 * For a queue that no hook may remove, because the runner has begun anew without loading this module again,
 * as mocha does in its parallel mode for the next file, and vitest where it does not isolate files.
 */
export function removeLater(name: string): void {
  if (cleanup.hooked) return;
  const { after, suiteTeardown, __vitest_index__: vitest } = globalThis as Globals;
  const hook = after ?? suiteTeardown ?? vitest?.onTestFinished;
  try {
    hook?.(() => cleanup.remove(name));
  } catch {
    // Not within a test of vitest.
  }
}

function register(globals: Globals): boolean {
  if (globals.__vitest_index__ !== undefined) return hooksOfVitest(globals.__vitest_index__);
  if (globals.afterEach !== undefined || globals.teardown !== undefined)
    return hooksOfGlobals(globals);
  const test = nodeTest();
  return test !== undefined && hooksOfNode(test);
}

function hooksOfGlobals(globals: Globals): true {
  (globals.beforeEach ?? globals.setup)?.(beginTest);
  (globals.afterEach ?? globals.teardown)?.(endTest);
  (globals.afterAll ?? globals.after ?? globals.suiteTeardown)?.(endRun);
  return true;
}

// The context has to be taken apart where it is named: vitest reads the text of the function.
function hooksOfVitest(vitest: NonNullable<Globals['__vitest_index__']>): true {
  vitest.beforeEach?.(({ task }) => {
    cleanup.beginTest(task);
  });
  vitest.afterEach?.(({ task }) => cleanup.endTest(task));
  vitest.afterAll(endRun);
  return true;
}

function hooksOfNode(test: NodeTest): true {
  test.beforeEach?.((context) => {
    cleanup.beginTest(context);
  });
  test.afterEach?.((context) => cleanup.endTest(context));
  test.after?.(endRun);
  return true;
}

/**
 * The module `node:test` where the program uses it. Elsewhere its hooks would print a report of no tests
 * when the program ends.
 */
function nodeTest(): NodeTest | undefined {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  const isLoaded = moduleLoadList.includes('NativeModule test');
  const isUsed = isLoaded || process.env['NODE_TEST_CONTEXT'] !== undefined;
  return isUsed ? process.getBuiltinModule('node:test') : undefined;
}
