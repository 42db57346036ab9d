// What the search of the site is asked: each code, the words that tell guides apart, and the names of classes and functions.

/**
 * @typedef {object} Question
 * @property {string} words what is typed
 * @property {(results: { text: string, href: string }[]) => boolean} answered
 * @property {string} wanted what was to be found, for who reads the list of problems
 */

/** @returns {Question[]} */
export function questionsOf({ facts, codes, words, site }) {
  // A class may have the title of a guide.
  const guides = Array.from(facts).filter(([url]) => url.startsWith(`${site}documents/`));
  const pages = new Map(guides.map(([url, { title }]) => [title.split(' | ')[0], url]));
  // The module has the name of the project, whose README is the start page.
  pages.set(facts.get(`${site}index.html`)?.title, `${site}index.html`);
  const leadsTo = (url) => (results) => results.some(({ href }) => href.split('#')[0] === url);
  const ofCodes = codes.map((code) => ({
    words: code,
    wanted: 'the code itself, first, at its place in a table',
    answered: ([first]) => first?.text === code && isPlace(first.href, facts),
  }));
  const api = Array.from(facts.keys()).filter((url) =>
    /^(?:classes|functions)\//u.test(url.slice(site.length)),
  );
  // Who looks for one of these may mean the member.
  const members = new Set(api.flatMap((url) => facts.get(url).ids.map((id) => id.toLowerCase())));
  const ofWords = words
    .filter(({ word }) => !members.has(word))
    .map(({ titles, word }) => ({
      words: word,
      wanted: `the page ${titles[0]}`,
      answered: leadsTo(titles.map((title) => pages.get(title)).find((url) => url !== undefined)),
    }));
  const ofNames = api.map((url) => ({
    words: facts.get(url).title.split(' | ')[0],
    wanted: url.slice(site.length),
    answered: leadsTo(url),
  }));
  return [...ofCodes, ...ofWords, ...ofNames];
}

function isPlace(href, facts) {
  const [page, anchor] = href.split('#');
  return facts.get(page)?.ids.includes(anchor) === true;
}
