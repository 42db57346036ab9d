import { cleanup } from './cleanup.js';
import { hookGlobals, type GlobalHooks } from './global-hooks.js';
import { hookJest, isJest } from './jest.js';
import { hookNodeTest } from './node-test.js';
import { hookLater, hookVitest, vitest } from './vitest.js';

/**
 * Adds to the hooks of the runner that loads this module, for all tests of the file or of the run. Where there
 * is none it looks again once the file that loads this module has loaded the rest, by `require()`.
 */
export function registerHooks(): void {
  tryToRegister();
  // Not later: node:test begins soon.
  if (!cleanup.hooked) void Promise.resolve().then(tryToRegister);
}

/**
 * For a queue that no hook may remove: the runner may have begun anew without loading this module again, as mocha
 * does in its parallel mode for the next file, and vitest where it does not isolate files.
 */
export function registerAgain(name: string): void {
  if (cleanup.hooked) return;
  const runner = vitest();
  // It has no way to add what is for all tests of a file once some of them may run.
  if (runner !== undefined) hookLater(runner, () => cleanup.remove(name));
  else tryToRegister();
}

function tryToRegister(): void {
  try {
    cleanup.hooked ||= register();
  } catch {
    // Some allow no hooks within a test.
  }
}

function register(): boolean {
  const runner = vitest();
  if (runner !== undefined) return hookVitest(runner);
  if (isJest()) return hookJest();
  return hookGlobals(globalThis as GlobalHooks) || hookNodeTest();
}
