import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the addon is, and what is to be done once it is loaded. */
export interface FoundAddon {
  readonly file: string;
  readonly release?: () => void;
}

/**
 * In a single executable application of Node.js that has the addon as an asset of this name: in a file, which is needed until it
 * is loaded. The system loads from files alone.
 */
export function unpackAddon(name: string): FoundAddon | undefined {
  // An import would fail where a runtime has no such module.
  const sea = process.getBuiltinModule?.('node:sea');
  if (sea?.isSea() !== true) return undefined;
  let asset: ArrayBuffer;
  try {
    asset = sea.getRawAsset(name) as ArrayBuffer;
  } catch {
    return undefined;
  }
  // Nobody else may write there.
  const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  const file = join(folder, name);
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    writeFileSync(file, new Uint8Array(asset), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    release();
    throw error;
  }
  return { file, release };
}
