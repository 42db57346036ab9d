import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { exists } from '../support/exists.js';
import {
  blocksOf,
  expectedLines,
  ownNames,
  pages,
  textOf,
  withOwnNames,
  type Block,
} from '../support/markdown.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const OUT = join(ROOT, 'out', 'docs', 'blocks');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Blocks with a file name are run together, by together.test.ts. */
const programs = pages()
  .flatMap(blocksOf)
  .filter(({ language, attributes }) => /^[jt]s$/.test(language) && !attributes.has('file'));

function isShell({ language, attributes }: Block): boolean {
  return language === 'sh' && !attributes.has('file');
}

function baseOf({ page, line }: Block): string {
  return `${page.replaceAll('/', '-')}-${line}`;
}

describe('the code blocks of the documentation', function () {
  this.timeout(60_000);

  before('write them, and compile those in TypeScript', () => {
    rmSync(OUT, { recursive: true, force: true });
    mkdirSync(OUT, { recursive: true });
    for (const block of programs) {
      const suffix = block.language === 'ts' ? 'mts' : 'mjs';
      writeFileSync(join(OUT, `${baseOf(block)}.${suffix}`), withOwnNames(block.text));
    }
    const config = { extends: '../../../tsconfig.json', files: undefined, include: ['*.mts'] };
    const compilerOptions = {
      composite: false,
      isolatedDeclarations: false,
      experimentalDecorators: true,
    };
    writeFileSync(join(OUT, 'tsconfig.json'), JSON.stringify({ ...config, compilerOptions }));
    if (programs.some(({ language }) => language === 'ts')) {
      execFileSync(process.execPath, [TSC, '-p', OUT], { stdio: 'pipe' });
    }
  });

  for (const block of programs) {
    it(`${block.page}:${block.line} runs, prints what it says, and leaves no queue`, async () => {
      const child = new Child(process.execPath, [join(OUT, `${baseOf(block)}.mjs`)]);
      const { code, stdout, stderr } = await child.end;
      assert.deepEqual([code, stderr], [0, '']);
      const printed = stdout.split('\n');
      const expected = expectedLines(block.text);
      assert.deepEqual(
        printed.filter((line) => expected.includes(line)),
        expected,
        stdout,
      );
      assert.deepEqual(ownNames(block.text).filter(exists), []);
    });
  }

  for (const { page, line, text } of pages().flatMap(blocksOf).filter(isShell)) {
    it(`${page}:${line} is a shell's, and names what is there`, () => {
      execFileSync('sh', ['-n', '-c', text]);
      for (const [, script = ''] of text.matchAll(
        /npm (?:run )?(start|test|[\w:]*bench|soak)\b/g,
      )) {
        assert.ok(Object.hasOwn(scripts, script), script);
      }
      for (const [, file = ''] of text.matchAll(/\bnode ((?:docs|out|bench)\/\S+)/g)) {
        assert.ok(existsSync(join(ROOT, file)), file);
      }
    });
  }
});

for (const page of ['CONTRIBUTING.md', 'docs/design.md']) {
  describe(page, () => {
    it('names files that are there', () => {
      const named = [...textOf(page).matchAll(/`((?:addon|lib|test|scripts)\/[\w./-]+)`/g)];
      assert.ok(named.length > 0);
      const missing = named
        .map(([, file = '']) => file)
        .filter((file) => !existsSync(join(ROOT, file)));
      assert.deepEqual(missing, []);
    });
  });
}

describe('docs/errors.md', () => {
  it('lists every code that the library has', () => {
    const lib = join(ROOT, 'lib');
    const files = readdirSync(lib, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts'));
    const codes = sources.flatMap((file) =>
      [...readFileSync(join(lib, file), 'utf8').matchAll(/'((?:ERR_)?MQ_[A-Z_]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    assert.ok(codes.length > 10);
    const page = textOf('docs/errors.md');
    assert.deepEqual(
      codes.filter((code) => !page.includes(`| \`${code}\``)),
      [],
    );
  });
});
