import { AsyncResource } from 'node:async_hooks';

/** The async context that a consumer was begun in. Whoever moves a line has another one. */
export type Scope = AsyncResource;

/** Of this moment. */
export function presentScope(): Scope {
  return new AsyncResource('MessageQueueConsumer');
}

/** Calls it in a scope. Who has none makes a promise, which keeps its own. */
export function within(scope: Scope | undefined, call: () => void): void {
  if (scope === undefined) call();
  else scope.runInAsyncScope(call);
}
