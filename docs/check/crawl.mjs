// Looks at each page at the widths of a screen and of a phone.
import { openTab, show } from './browser.mjs';
import { factsOfPage, overflow } from './facts.mjs';

export const SCREEN = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/**
 * Gives the facts of each page by its URL. `alsoLook` sees a tab once its page is there.
 * @param {string[]} urls
 */
export async function crawl(browser, site, urls, problems, { alsoLook }) {
  const facts = new Map();
  // One tab: two wait for each other for minutes, and two browsers take as long as one, as all that a page does is compute.
  const tab = await openTab(browser, site, problems);
  for (const url of urls.toSorted()) {
    try {
      await tab.setViewport(SCREEN);
      await show(tab, url);
      facts.set(url, await tab.evaluate(factsOfPage));
      await alsoLook(tab, url);
      await tab.setViewport(PHONE);
      const wide = await tab.evaluate(overflow);
      if (wide) problems.add(url, `${wide.width} px wide on a phone: ${wide.causes.join(', ')}`);
    } catch (error) {
      problems.add(url, `cannot be looked at: ${error.message}`);
    }
  }
  await tab.close();
  return facts;
}
