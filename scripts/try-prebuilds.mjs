// Sends and receives with each binary in prebuilds/, those of another processor under qemu:
//   node scripts/try-prebuilds.mjs
// For another C library a variable names the Node: NODE_MUSL_X64=/path/to/node, NODE_MUSL_ARM64.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFor, variableFor } from './binaries/node.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** In a copy without a build of its own: that one would be found first. */
function tryBinary(name, node, folder) {
  const copy = join(folder, 'copy');
  for (const each of ['package.json', 'dist', join('prebuilds', name)]) {
    cpSync(join(root, each), join(copy, each), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  cpSync(join(root, 'scripts', 'package', 'smoke.mjs'), join(copy, 'smoke.mjs'));
  const { error, status } = spawnSync(node, ['smoke.mjs'], { cwd: copy, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${name}: ${node} failed, see above`);
}

for (const name of readdirSync(join(root, 'prebuilds'))) {
  const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  try {
    const node = nodeFor(name, folder);
    if (node === undefined) {
      console.log(`${name}: NOT TRIED, for want of a Node. Name one: ${variableFor(name)}=/path`);
      continue;
    }
    console.log(name);
    tryBinary(name, node, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
