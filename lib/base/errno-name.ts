import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';

/**
 * The name of a negative errno of this system. By `os.constants`, as ours are made of these: on Windows the errors of libuv
 * have numbers of their own.
 *
 * @internal
 */
export function errnoName(errno: number): string {
  const found = Object.entries(constants.errno).find(([, number]) => number === -errno);
  return found?.[0] ?? getSystemErrorName(errno);
}
