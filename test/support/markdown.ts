import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A fenced block of code in a page. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** What stands behind the language, as `file=host.mjs`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The pages whose code is run, from the root of the project. */
export function pages(): string[] {
  return ['README.md', ...pagesIn('docs'), ...recipes()];
}

/** Those of the cookbook. */
export function recipes(): string[] {
  return pagesIn(join('docs', 'cookbook'));
}

function pagesIn(folder: string): string[] {
  const pages = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.md'));
  return pages.map((file) => join(folder, file));
}

/** What a page says, without its code too. */
export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; text: string[] } | undefined;
  textOf(page)
    .split('\n')
    .forEach((text, index) => {
      const fence = /^```(.*)$/.exec(text);
      if (fence === null) open?.text.push(text);
      else if (open === undefined) open = { line: index + 1, info: fence[1] ?? '', text: [] };
      else {
        blocks.push(toBlock(page, open.line, open.info, open.text));
        open = undefined;
      }
    });
  return blocks;
}

function toBlock(page: string, line: number, info: string, text: string[]): Block {
  const [language = '', ...rest] = info.split(' ');
  const attributes = new Map(rest.map((each) => each.split('=') as [string, string]));
  return { page, line, language, attributes, text: `${text.join('\n')}\n` };
}

/**
 * The names of queues in a program's text, made names of this process alone: tests run beside others, and in
 * the documentation a queue is called '/jobs'.
 */
export function withOwnNames(text: string): string {
  return text.replace(NAME, (_, quote: string, name: string) => quote + ownName(name) + quote);
}

/** What is the name of a queue in `text` once `withOwnNames` was there. */
export function ownNames(text: string): string[] {
  return [...new Set([...text.matchAll(NAME)].map((match) => ownName(match[2] ?? '')))];
}

const NAME = /(['"])(\/[a-z_]+)\1/g;

/** What `withOwnNames` makes of a name. */
export function ownName(name: string): string {
  return `${name}-${process.pid}`;
}

/** What a program is to print, from comments behind `console.log`, with the names of `withOwnNames`. */
export function expectedLines(text: string): string[] {
  const comments = text.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm);
  const names = [...text.matchAll(NAME)].map((match) => match[2] ?? '');
  return [...comments].map((match) =>
    names.reduce((line, name) => line.replaceAll(name, ownName(name)), match[1] ?? ''),
  );
}
