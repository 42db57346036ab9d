// What the Markdown of the guides says, so that the site can be held to it.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONFIGURATION = fileURLToPath(new URL('../typedoc.json', import.meta.url));
const FENCE = /^```(?<language>\S*).*\n[^]*?^```$/gmu;

/** @returns {{ title: string, text: string, diagrams: number }[]} */
export function readGuides() {
  const { projectDocuments } = JSON.parse(readFileSync(CONFIGURATION, 'utf8'));
  return ['../README.md', ...projectDocuments].flatMap((path) => readGuide(path));
}

/** A guide, and those that it says are below it. */
function readGuide(path) {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  const [, title = basename(path)] = /^title: (.+)$/mu.exec(text) ?? /^# (.+)$/mu.exec(text) ?? [];
  const [, children = ''] = /^children:\n((?: {2}- .+\n)+)/mu.exec(text) ?? [];
  const fences = Array.from(text.matchAll(FENCE), ({ groups }) => groups.language);
  const guide = {
    title: title.replace(/^(['"])(.*)\1$/u, '$2'),
    text: text.replace(FENCE, ''),
    diagrams: fences.filter((language) => language === 'mermaid').length,
  };
  const below = Array.from(children.matchAll(/- (.+)\n/gu), ([, child]) =>
    join(dirname(path), child),
  );
  return [guide, ...below.flatMap((child) => readGuide(child))];
}

/** Of each guide, the words that fewest other guides have: who looks for one means this guide. */
export function tellingWords(guides, each = 4) {
  const words = guides.map(({ title, text }) => ({ title, words: wordsOf(text) }));
  const timesOf = new Map();
  for (const word of words.flatMap((guide) => Array.from(guide.words))) {
    timesOf.set(word, (timesOf.get(word) ?? 0) + 1);
  }
  return words.flatMap((guide) => {
    const rare = Array.from(guide.words).toSorted(
      (one, other) => timesOf.get(one) - timesOf.get(other) || one.localeCompare(other),
    );
    return rare.slice(0, each).map((word) => ({ title: guide.title, word }));
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

function wordsOf(text) {
  const plain = text.replace(/`[^`\n]*`|\]\([^)]*\)/gu, ' ').toLowerCase();
  return new Set(plain.match(/(?<![\w-])[a-z]{6,}(?![\w-])/gu));
}
