import { EventEmitter } from 'node:events';

/**
 * An EventEmitter that is told when its listeners have changed. (Its own events `newListener` and
 * `removeListener` would show up among the user's listeners.)
 */
export abstract class DemandEmitter<T extends Record<keyof T, unknown[]>> extends EventEmitter<T> {
  /** @internal */
  protected abstract listenersChanged(): void;
}

const methods = [
  'on',
  'addListener',
  'prependListener',
  'off',
  'removeListener',
  'removeAllListeners',
] as const;

for (const method of methods) {
  // oxlint-disable-next-line typescript/unbound-method -- called with the emitter as `this`
  const original = EventEmitter.prototype[method] as (...args: unknown[]) => unknown;
  // Typed overrides of each would hide the event types from the user.
  Object.defineProperty(DemandEmitter.prototype, method, {
    configurable: true,
    writable: true,
    value(this: { listenersChanged(): void }, ...args: unknown[]): unknown {
      original.apply(this, args);
      this.listenersChanged();
      return this;
    },
  });
}
