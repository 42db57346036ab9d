// What each door exports, as its users see it, in api/NAME.api.md, so that a change of it is seen in review:
//   node api/report.mjs            writes the reports
//   node api/report.mjs --check    fails where one is another, or a door shows a type that none exports
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changed, write } from './compare.mjs';
import { doorsOf, extract } from './extract.mjs';
import { hiddenTypes } from './hidden.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = join(folder, '..');
const fresh = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));

try {
  const forgotten = extract(root, doorsOf(root), fresh);
  const hidden = hiddenTypes(root, forgotten, fresh);
  for (const name of hidden) {
    console.error(
      `${name} is part of what a door exports, and no door exports it: export it, or, where users need no name for it, ` +
        'add it to intentionallyNotExported in docs/typedoc.json, or to INTERNAL in api/hidden.mjs',
    );
  }
  const differences = changed(folder, fresh);
  if (process.argv.includes('--check')) {
    for (const { text } of differences) console.error(text);
    if (differences.length > 0) {
      console.error(
        'What the package exports has changed. If it is meant to: npm run api, and commit what it writes. A change that breaks ' +
          'programs belongs in CHANGELOG.md.',
      );
    }
    if (differences.length + hidden.length > 0) process.exitCode = 1;
  } else {
    write(folder, fresh, differences);
    for (const { file } of differences) console.log(`api/${file}`);
    if (hidden.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true });
}
