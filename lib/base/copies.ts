import { createRequire } from 'node:module';
import { fileURLToPath, URL } from 'node:url';

// A program may have several copies of this package: two versions, a duplicate in node_modules, or modules
// that a test runner evaluates anew. Their classes are others, and what they mark is the same.

/** The symbol by which all copies know what is of one of their classes. */
function markOf(name: string): symbol {
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

/** Which copy something is of, and what it shares with those that are alike. */
export interface Copy<T> {
  readonly version: string;
  readonly folder: string;
  readonly shared: T;
}

const COPY = markOf('copy');

type Marked<T> = { readonly [COPY]?: () => Copy<T> };

function folder(): string {
  return fileURLToPath(new URL('../..', import.meta.url));
}

function version(): string {
  const file = createRequire(import.meta.url)('../../package.json') as { version: string };
  return file.version;
}

/** Lets objects of this class be used by other copies of the same version. */
export function shareWithCopies<O extends object, T>(
  type: { readonly prototype: O },
  share: (object: O) => T,
): void {
  Object.defineProperty(type.prototype, COPY, {
    value(this: O): Copy<T> {
      return { version: version(), folder: folder(), shared: share(this) };
    },
  });
}

/** Whether a value is of a class that another copy shares. */
export function isOfCopy(value: object): boolean {
  return COPY in value;
}

/**
 * What an object of another copy shares.
 *
 * @throws TypeError with the code `ERR_MQ_OTHER_COPY` where that copy is of another version
 */
export function sharedBy<T>(value: object): T {
  const copy = (value as Marked<T>)[COPY]?.() as Copy<T>;
  if (copy.version === version()) return copy.shared;
  throw Object.assign(
    new TypeError(
      `A MessageQueue of another copy of posix-mqueue (version ${copy.version} in ${copy.folder}) was ` +
        `given to this one (version ${version()} in ${folder()}). Have one copy: see npm ls ` +
        `posix-mqueue, and npm dedupe`,
    ),
    { code: 'ERR_MQ_OTHER_COPY' },
  );
}
