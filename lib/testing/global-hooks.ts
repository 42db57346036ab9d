import { beginTest, endRun, endTest, type Hook } from './hooks.js';

/** What a hook of mocha has as `this`. Other runners have something else there, or nothing. */
interface Context {
  readonly test?: { readonly parent?: Suite };
}
type ContextHook = (this: Context | undefined) => void | Promise<void>;

interface Suite {
  readonly root: boolean;
  readonly parent?: Suite;
  beforeEach(hook: Hook): void;
  afterEach(hook: Hook): void;
  afterAll(hook: Hook): void;
}

type Registrar = (hook: ContextHook) => void;

/** The functions of mocha, jest or jasmine, which have them under one name or another. */
export interface GlobalHooks {
  beforeEach?: Registrar;
  afterEach?: Registrar;
  afterAll?: Registrar;
  after?: Registrar;
  setup?: Registrar;
  teardown?: Registrar;
  suiteTeardown?: Registrar;
}

/** @returns whether there are any */
export function hookGlobals(globals: GlobalHooks): boolean {
  const before = globals.beforeEach ?? globals.setup;
  const after = globals.afterEach ?? globals.teardown;
  const last = globals.afterAll ?? globals.after ?? globals.suiteTeardown;
  if (after === undefined) return false;
  let isWide = false;
  before?.(function () {
    if (!isWide) widen(suiteOf(this));
    isWide = true;
    return beginTest();
  });
  after(endTest);
  last?.(function () {
    return suiteOf(this)?.root === false ? undefined : endRun();
  });
  return true;
}

function suiteOf(context: Context | undefined): Suite | undefined {
  return context?.test?.parent;
}

/** Hooks that were added within describe() are those of one suite: tells all the others of mocha too. */
function widen(suite: Suite | undefined): void {
  if (suite === undefined || suite.root) return;
  let root = suite;
  while (root.parent !== undefined) root = root.parent;
  root.beforeEach(beginTest);
  root.afterEach(endTest);
  root.afterAll(endRun);
}
