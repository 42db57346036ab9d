import { join } from 'node:path';

export const FILE = 'posix_mqueue.node';

/** Where the package has the binary for this processor and such a C library. */
export function prebuiltFor(family: string): string {
  return join('prebuilds', `linux-${process.arch}-${family}`, FILE);
}
