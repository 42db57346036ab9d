// How many blocks of code the documentation has, and what the tests do with them.
//
//   node out/test/support/count-blocks.js

import { allBlocks, treatmentOf } from './block-kinds.js';

const counts = new Map<string, number>();
for (const block of allBlocks()) {
  const kind = `${block.language}: ${treatmentOf(block) ?? 'only shown'}`;
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
for (const [kind, count] of [...counts].toSorted(([a], [b]) => a.localeCompare(b)))
  console.log(String(count).padStart(4), kind);
console.log(String(allBlocks().length).padStart(4), 'in all');
