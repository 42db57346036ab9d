// npm run docs:pictures -- DIR: pictures of the site that npm run docs made, at the widths of a screen and of a phone, light and
// dark.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser, openTab, show } from './browser.mjs';
import { PHONE, SCREEN } from './crawl.mjs';
import { Problems } from './problems.mjs';
import { ask, openSearch } from './search.mjs';
import { serve } from './server.mjs';

const SUBJECTS = [
  { name: 'start', page: 'index.html' },
  { name: 'guide', page: 'documents/Errors.html' },
  { name: 'diagram', page: 'documents/Design.html' },
  { name: 'api', page: 'classes/posix-mqueue.MessageQueue.html' },
  { name: 'search', page: 'index.html', words: 'reopen' },
];

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('The folder for the pictures is missing: npm run docs:pictures -- DIR');
mkdirSync(folder, { recursive: true });

const server = await serve('/');
const browser = await openBrowser();
for (const [width, viewport] of Object.entries({ 1280: SCREEN, 390: PHONE })) {
  for (const scheme of ['light', 'dark']) {
    for (const { name, page, words } of SUBJECTS) {
      // As one who comes for the first time: with nothing in the browser's store.
      const visitor = await browser.createBrowserContext();
      const tab = await openTab(visitor, server.url, new Problems(server.url));
      await tab.setViewport(viewport);
      await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await show(tab, server.url + page);
      if (words !== undefined) {
        await openSearch(tab);
        await ask(tab, words);
      }
      const suffix = scheme === 'dark' ? '-dark' : '';
      const path = join(folder, `site-${name}-${width}${suffix}.webp`);
      await tab.screenshot({ path, type: 'webp', quality: 80 });
      console.log(path);
      await visitor.close();
    }
  }
}
await browser.close();
server.close();
