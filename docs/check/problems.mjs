/** What is wrong, by page. What is wrong on many pages is told once, with their number. */
export class Problems {
  #pages = new Map();
  #site;

  constructor(site) {
    this.#site = site;
  }

  add(page, text) {
    const short = (url) => (url.startsWith(this.#site) ? url.slice(this.#site.length) || '.' : url);
    const line = text.replaceAll(this.#site, '');
    const pages = this.#pages.get(line) ?? new Set();
    this.#pages.set(line, pages.add(short(page).replace(/#.*/u, '')));
  }

  lines() {
    return Array.from(this.#pages, ([text, pages]) => {
      const [first] = pages;
      return `${first}${pages.size > 1 ? ` and ${pages.size - 1} more` : ''}: ${text}`;
    });
  }
}
