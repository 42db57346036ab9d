import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What tsc writes, and of what. */
const OUTPUTS = [
  ['dist', 'lib'],
  ['out/test', 'test'],
  ['out/examples', 'examples'],
];

const COMPILED = /\.(?:js|d\.ts)(?:\.map)?$/u;

/**
 * Removes what was compiled of a source that is gone, as after a change of branch: tsc leaves it, and
 * mocha would run such a test.
 */
export function removeLeftOver(root) {
  for (const [output, sources] of OUTPUTS) {
    const folder = join(root, output);
    if (!existsSync(folder)) continue;
    const compiled = readdirSync(folder, { recursive: true }).filter((file) => COMPILED.test(file));
    for (const file of compiled) {
      const source = join(root, sources, file.replace(COMPILED, '.ts'));
      if (!existsSync(source)) rmSync(join(folder, file), { force: true });
    }
  }
}
