// Asks the search of the site, as a reader does, for what the site has.
import { openTab, show } from './browser.mjs';

/** @param {import('./questions.mjs').Question[]} questions */
export async function askAll(browser, site, questions, problems) {
  const tab = await openTab(browser, site, problems);
  await show(tab, `${site}index.html`);
  await openSearch(tab);
  for (const { words, wanted, answered } of questions) {
    const results = await ask(tab, words);
    if (answered(results)) continue;
    const found = results.slice(0, 3).map(({ text }) => text);
    problems.add(
      site,
      `search for "${words}" does not find ${wanted}, but ${found.join(', ') || 'nothing'}`,
    );
  }
  await tab.close();
}

export async function openSearch(tab) {
  await tab.click('#tsd-search-trigger');
  // It says that it prepares the index until it has.
  await tab.waitForFunction(() => {
    const { open } = document.querySelector('#tsd-search');
    return open && document.querySelector('#tsd-search-status').textContent.trim() === '';
  });
}

/** What the search shows once it has looked for these words. */
export function ask(tab, words) {
  return tab.evaluate(async (query) => {
    const field = document.querySelector('#tsd-search-input');
    const shown = document.querySelector('#tsd-search-results');
    const status = document.querySelector('#tsd-search-status');
    const done = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      for (const element of [shown, status]) observer.observe(element, { childList: true });
    });
    field.value = query;
    field.dispatchEvent(new Event('input'));
    await done;
    return Array.from(shown.querySelectorAll('a'), ({ textContent, href }) => ({
      text: textContent.trim().replace(/\s+/gu, ' '),
      href,
    }));
  }, words);
}
