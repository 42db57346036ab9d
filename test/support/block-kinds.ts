import { blocksOf, pages, type Block } from './markdown.js';

/** What is done with blocks without a file name, and of which page only. */
const LOOKED_AT: readonly { language: string; page?: string; how: string }[] = [
  { language: 'js', how: 'run alone' },
  { language: 'ts', how: 'compiled, and run alone' },
  { language: 'sh', how: 'parsed by a shell' },
  { language: 'console', how: 'run, and compared with what is printed' },
  { language: 'mermaid', how: 'drawn by the site' },
  { language: 'ini', page: 'docs/deployment.md', how: 'compared with the kit for deployment' },
  { language: 'yaml', page: 'docs/deployment.md', how: 'compared with the kit for deployment' },
  { language: 'text', page: 'docs/protocol.md', how: 'decoded' },
];

/** Only shown: what is printed differs each time, or is for a program that is not here. */
export const SHOWN: readonly string[] = [
  'docs/cookbook/dead-letters.md text',
  'docs/cookbook/fan-out.md text',
  'docs/cookbook/monitoring.md yaml',
  'docs/cookbook/shutdown.md dockerfile',
  'docs/installing.md dockerfile',
];

export function allBlocks(): Block[] {
  return pages().flatMap(blocksOf);
}

/** Undefined for one that is only shown. */
export function treatmentOf({ page, language, attributes }: Block): string | undefined {
  if (attributes.has('file')) return 'run together with others, or compared with what they print';
  const isOf = (kind: { language: string; page?: string }): boolean =>
    kind.language === language && (kind.page ?? page) === page;
  return LOOKED_AT.find(isOf)?.how;
}
