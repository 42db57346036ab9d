import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Difference {
  readonly file: string;
  readonly text: string;
}
interface Comparing {
  readonly changed: (folder: string, fresh: string) => Difference[];
  readonly write: (folder: string, fresh: string, differences: Difference[]) => void;
}
interface Hiding {
  readonly hiddenTypes: (root: string, forgotten: string[], reports: string) => string[];
}

function load<T>(file: string): Promise<T> {
  return import(pathToFileURL(join(root, 'api', file)).href) as Promise<T>;
}

describe('the reports of what the package exports', () => {
  let folder: string;
  let kept: string;
  let fresh: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    kept = join(folder, 'kept');
    fresh = join(folder, 'fresh');
    for (const each of [kept, fresh]) {
      mkdirSync(each);
      writeFileSync(join(each, 'same.api.md'), 'export function same(): void;\n');
      writeFileSync(join(each, 'package.json'), each);
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are there for each door, and for nothing else', () => {
    const manifest = readFileSync(join(root, 'package.json'), 'utf8');
    const { exports } = JSON.parse(manifest) as { exports: Record<string, string> };
    const doors = Object.values(exports).filter((path) => path.endsWith('.js'));
    assert.deepEqual(
      readdirSync(join(root, 'api')).filter((file) => file.endsWith('.api.md')),
      doors.map((path) => path.replace(/^.*\/(\w+)\.js$/, '$1.api.md')).toSorted(),
    );
  });

  it('differ in what was changed, is new, or is gone, and in nothing once they were written', async () => {
    const { changed, write } = await load<Comparing>('compare.mjs');
    assert.deepEqual(changed(kept, fresh), []);
    writeFileSync(join(kept, 'changed.api.md'), 'export function a(): void;\n');
    writeFileSync(join(fresh, 'changed.api.md'), 'export function a(): string;\n');
    writeFileSync(join(fresh, 'new.api.md'), 'export const b: number;\n');
    writeFileSync(join(kept, 'gone.api.md'), 'export const c: number;\n');
    const differences = changed(kept, fresh);
    assert.deepEqual(
      differences.map(({ file }) => file),
      ['changed.api.md', 'gone.api.md', 'new.api.md'],
    );
    const [{ text } = { text: '' }] = differences;
    assert.match(text, /^-export function a\(\): void;\n\+export function a\(\): string;$/m);
    write(kept, fresh, differences);
    assert.deepEqual(changed(kept, fresh), []);
    assert.deepEqual(readdirSync(kept).toSorted(), [
      'changed.api.md',
      'new.api.md',
      'package.json',
      'same.api.md',
    ]);
  });

  it('name the types that a door shows and none exports', async () => {
    const { hiddenTypes } = await load<Hiding>('hidden.mjs');
    mkdirSync(join(folder, 'docs'));
    const settings = {
      entryPoints: ['../lib/a.ts', '../lib/b.ts'],
      intentionallyNotExported: ['Meant'],
    };
    writeFileSync(join(folder, 'docs', 'typedoc.json'), JSON.stringify(settings));
    writeFileSync(join(fresh, 'a.api.md'), 'export interface Shown<T> {\n}\n');
    writeFileSync(join(fresh, 'b.api.md'), 'export abstract class Other {\n}\n');
    const forgotten = ['Shown', 'Hidden', 'Other', 'Meant', 'Hidden'];
    assert.deepEqual(hiddenTypes(folder, forgotten, fresh), ['Hidden']);
  });
});
