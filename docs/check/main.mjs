// npm run docs:check: the site that npm run docs made, as readers see it, in a headless Chromium. Prints what is wrong and ends
// with 1, or what was looked at.
//   --quick      shows each guide, but of the other pages only some; of the rest, the places that links lead to are known
//   --external   also lists the links to other sites, which are not fetched
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { examine } from './accessibility.mjs';
import { openBrowser, openTab, show } from './browser.mjs';
import { crawl } from './crawl.mjs';
import { factsOfFile } from './unseen.mjs';
import { errorCodes, readGuides, tellingWords } from './guides.mjs';
import { Problems } from './problems.mjs';
import { checkContents, checkDiagrams, checkLinks } from './rules.mjs';
import { questionsOf } from './questions.mjs';
import { askAll } from './search.mjs';
import { serve, SITE } from './server.mjs';

const flag = { type: 'boolean', default: false };
const { values } = parseArgs({ options: { quick: flag, external: flag } });
/** One of so many pages of the API reference is looked at with `--quick`. */
const SHARE = 6;

/** As a host serves the pages of a project: below the root. */
const server = await serve('/posix-mqueue/');
const browser = await openBrowser();
try {
  process.exitCode = await check(server.url);
} finally {
  await browser.close();
  server.close();
}

async function check(site) {
  const began = Date.now();
  const problems = new Problems(site);
  const names = readdirSync(SITE, { recursive: true });
  const files = new Set(names.map((name) => site + encodeURI(name)));
  const all = Array.from(files).filter((url) => url.endsWith('.html'));
  const pages = values.quick
    ? all.filter((url, index) => isGuide(url) || index % SHARE === 0)
    : all;
  const guides = readGuides();

  const looked = { examined: 0 };
  const alsoLook = async (tab, url) => {
    if (await examine(tab, url.slice(site.length), problems)) looked.examined += 1;
  };
  server.withSearch = false;
  const facts = await crawl(browser, site, pages, problems, { alsoLook });
  const known = new Map(facts);
  for (const url of all) if (!known.has(url)) known.set(url, factsOfFile(url.slice(site.length)));
  const links = checkLinks(known, files, site, problems);
  checkContents(facts, problems);
  const expected = guides.reduce((sum, { diagrams }) => sum + diagrams, 0);
  const diagrams = checkDiagrams(facts, expected, site, problems);

  const words = tellingWords(guides);
  const questions = questionsOf({ facts: known, codes: errorCodes(), words, site });
  server.withSearch = true;
  await askAll(browser, site, questions, problems);
  await checkAtRoot();

  if (values.external) for (const link of links.external) console.log(link);
  const images = Array.from(facts.values()).flatMap((each) => each.images).length;
  for (const line of problems.lines()) console.error(line);
  console.log(
    `${facts.size} pages at 1280 and 390 px, ${links.count} links, ${links.external.length} other sites' addresses (not fetched), ` +
      `${questions.length} searches, ${diagrams} diagrams, ${images} pictures, ${looked.examined} pages for accessibility, ` +
      `${Math.round((Date.now() - began) / 1000)} s: ${problems.lines().length} problems`,
  );
  return problems.lines().length > 0 ? 1 : 0;
}

function isGuide(url) {
  return !/\/(?:classes|functions|interfaces|types|variables)\//u.test(url);
}

/** The site can stand at the root of a host too. */
async function checkAtRoot() {
  const root = await serve('/');
  const { url } = root;
  const problems = new Problems(url);
  const tab = await openTab(browser, url, problems);
  await show(tab, url);
  await show(tab, `${url}documents/Design.html`);
  await tab.close();
  root.close();
  if (problems.lines().length > 0)
    throw new Error(`At the root of a host: ${problems.lines().join('\n')}`);
}
