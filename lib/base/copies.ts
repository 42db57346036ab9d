import { createRequire } from 'node:module';
import { fileURLToPath, URL } from 'node:url';
import { markOf } from './brand.js';
import { otherCopyError } from './errors.js';

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
  throw otherCopyError(copy, { version: version(), folder: folder() });
}
