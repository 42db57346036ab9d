import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** When a file was written, in milliseconds; 0 where there is none. */
export function written(...path) {
  return statSync(join(...path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When the newest of the addon's sources was written. */
export function newestSource(root) {
  const sources = readdirSync(join(root, 'addon')).map((file) => written(root, 'addon', file));
  return Math.max(written(root, 'binding.gyp'), ...sources);
}
