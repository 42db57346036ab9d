import { createRequire } from 'node:module';
import { cleanup } from './cleanup.js';
import { hookGlobals, type GlobalHooks } from './global-hooks.js';
import { warnOpenWaits } from './open-waits.js';

interface State {
  readonly hasStarted?: boolean;
}
interface Event {
  readonly name: string;
  readonly test?: unknown;
}
type Handlers = ((event: Event) => void | Promise<void>)[];

// A bundler to CommonJS leaves no URL.
const here = import.meta.url as string | undefined;

/** Where jest keeps what it knows of a file of tests, also with `injectGlobals: false`. */
function stateOfJest(): State | undefined {
  return valueOf('JEST_STATE_SYMBOL') as State | undefined;
}

export function isJest(): boolean {
  return stateOfJest() !== undefined;
}

/** @returns whether it will tell of its tests; jest older than 30 does not once they have begun */
export function hookJest(): boolean {
  const handlers = valueOf('EVENT_HANDLERS');
  if (Array.isArray(handlers)) {
    (handlers as Handlers).push(onEvent);
    return true;
  }
  // A hook that is added later fails the test that runs.
  if (stateOfJest()?.hasStarted === true) return false;
  return hookGlobals(globalThis as GlobalHooks) || hookGlobals(modulesHooks());
}

function onEvent({ name, test }: Event): void | Promise<void> {
  if (name === 'test_start') cleanup.beginTest(test);
  if (name === 'test_done') return cleanup.endTest(test);
  if (name === 'run_finish') return cleanup.endRun().then(warnOpenWaits);
}

/** Within jest that module is not the package of the name, which need not be there. */
function modulesHooks(): GlobalHooks {
  return here === undefined ? {} : (createRequire(here)('@jest/globals') as GlobalHooks);
}

function valueOf(symbol: string): unknown {
  const key = Object.getOwnPropertySymbols(globalThis).find((each) => each.description === symbol);
  return key && (globalThis as { [key]?: unknown })[key];
}
