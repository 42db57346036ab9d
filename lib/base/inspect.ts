import { inspect, type InspectOptions } from 'node:util';

/**
 * What `console.log` and `util.inspect` show of the objects of a class: the facts that help, in place of how
 * it is made.
 *
 * @internal
 */
export function showAs<T extends object>(
  type: { readonly name: string; readonly prototype: T },
  facts: (shown: T) => object,
): void {
  Object.defineProperty(type.prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value(this: T, depth: number, options: InspectOptions): string {
      // The prototype itself is none.
      if (this === type.prototype) return `${type.name} {}`;
      const { name } = this.constructor;
      return depth < 0 ? `[${name}]` : `${name} ${inspect(facts(this), options)}`;
    },
  });
}
