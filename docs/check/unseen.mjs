// What is known of a page without a browser: where links may lead, and what it is called.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITE } from './server.mjs';

/** @param {string} path of the page, within the site */
export function factsOfFile(path) {
  const html = readFileSync(join(SITE, decodeURI(path)), 'utf8');
  const [, title = ''] = /<title>([^<]*)<\/title>/u.exec(html) ?? [];
  const ids = Array.from(html.matchAll(/\sid="([^"]*)"/gu), ([, id]) => id);
  return { title, ids, links: [] };
}
