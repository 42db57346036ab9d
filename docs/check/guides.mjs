// What the Markdown of the guides says, so that the site can be held to it.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONFIGURATION = fileURLToPath(new URL('../typedoc.json', import.meta.url));
const FENCE = /^```(?<language>\S*).*\n[^]*?^```$/gmu;

/** @returns {{ titles: string[], text: string, diagrams: number }[]} */
export function readGuides() {
  const { projectDocuments } = JSON.parse(readFileSync(CONFIGURATION, 'utf8'));
  return ['../README.md', ...projectDocuments].flatMap((path) => readGuide(path));
}

/** A guide, and those that it says are below it. */
function readGuide(path) {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  // The site calls a page by either.
  const titles = [/^title: (.+)$/mu, /^# (.+)$/mu]
    .flatMap((pattern) => pattern.exec(text)?.[1] ?? [])
    .map((title) => title.replace(/^(['"])(.*)\1$/u, '$2').replaceAll('`', ''));
  const [, children = ''] = /^children:\n((?: {2}- .+\n)+)/mu.exec(text) ?? [];
  const fences = Array.from(text.matchAll(FENCE), ({ groups }) => groups.language);
  const guide = {
    titles: titles.length > 0 ? titles : [basename(path)],
    text,
    diagrams: fences.filter((language) => language === 'mermaid').length,
  };
  const below = Array.from(children.matchAll(/- (.+)\n/gu), ([, child]) =>
    join(dirname(path), child),
  );
  return [guide, ...below.flatMap((child) => readGuide(child))];
}

/** Of each guide, the words of its prose that fewest other guides have: who looks for one means this guide. */
export function tellingWords(guides, each = 4) {
  const timesOf = new Map();
  for (const word of guides.flatMap(({ text }) => Array.from(wordsOf(text)))) {
    timesOf.set(word, (timesOf.get(word) ?? 0) + 1);
  }
  return guides.flatMap(({ titles, text }) => {
    const rare = Array.from(wordsOf(proseOf(text))).toSorted(
      (one, other) => timesOf.get(one) - timesOf.get(other) || one.localeCompare(other),
    );
    return rare.slice(0, each).map((word) => ({ titles, word }));
  });
}

/** Codes of errors and warnings: the first column of the tables of errors.md whose head is "code". */
export function errorCodes() {
  const text = readFileSync(new URL('../errors.md', import.meta.url), 'utf8');
  const tables = text.match(/^\| code .*\n(?:\|.*\n)+/gmu) ?? [];
  return tables.flatMap((table) =>
    Array.from(table.matchAll(/^\| `([^`]+)`/gmu), ([, code]) => code),
  );
}

function proseOf(text) {
  return text.replace(FENCE, '').replace(/`[^`\n]*`|\]\([^)]*\)/gu, ' ');
}

function wordsOf(text) {
  return new Set(text.toLowerCase().match(/(?<![\w-])[a-z]{6,}(?![\w-])/gu));
}
