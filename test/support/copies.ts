import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(createRequire(import.meta.url).resolve('posix-mqueue/package.json'), '..');
const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** How a copy of the package differs from this one. */
export interface CopyOptions {
  /** Whether it has the addon of this one, as where a test runner evaluates modules anew. */
  readonly sharesAddon?: boolean;
  readonly version?: string;
}

/** The folder of another copy of the package, gone after the tests. */
export function copyPackage({ sharesAddon = false, version }: CopyOptions = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-copy-'));
  folders.push(folder);
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  const facts = JSON.parse(text) as { version: string };
  if (version !== undefined) facts.version = version;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(facts));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const release = join('build', 'Release');
  if (sharesAddon) symlinkSync(join(root, 'build'), join(folder, 'build'));
  else {
    mkdirSync(join(folder, release), { recursive: true });
    const file = join(release, 'posix_mqueue.node');
    cpSync(join(root, file), join(folder, file));
  }
  return folder;
}

/** The main module of such a folder. */
export async function importCopy(folder: string): Promise<typeof import('posix-mqueue')> {
  return (await import(join(folder, 'dist', 'index.js'))) as typeof import('posix-mqueue');
}
