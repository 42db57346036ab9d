// A program may have several copies of this package: two versions, a duplicate in node_modules, or modules
// that a test runner evaluates anew. Their classes are others, and what they mark is the same.

/** The symbol by which all copies know what is of one of their classes. */
export function markOf(name: string): symbol {
  return Symbol.for(`posix-mqueue.${name}`);
}

/** Makes `instanceof` hold for objects of other copies too. A subclass has its own objects only. */
export function brand(type: { readonly prototype: object; readonly name: string }): void {
  const mark = markOf(type.name);
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === 'object' && value !== null && mark in value;
    },
  });
}
