import assert from 'node:assert/strict';

/** The rules of `npm run docs:check`, without a browser: what each says of a page that breaks it. */
interface Page {
  title: string;
  heading: string;
  ids: string[];
  links: string[];
  images: { src: string; alt: string; shown: boolean }[];
  diagrams: { drawn: boolean; failed: boolean }[];
  sources: number;
}

interface Result {
  text: string;
  href: string;
}

interface Question {
  words: string;
  answered: (results: Result[]) => boolean;
}

interface Rules {
  checkLinks: (
    facts: Map<string, Page>,
    files: Set<string>,
    site: string,
    problems: Notes,
  ) => { count: number; external: string[] };
  checkContents: (facts: Map<string, Page>, problems: Notes) => void;
  checkDiagrams: (
    facts: Map<string, Page>,
    expected: number,
    site: string,
    problems: Notes,
  ) => void;
}

class Notes {
  readonly all: string[] = [];

  add(page: string, text: string): void {
    this.all.push(`${page.slice(SITE.length)}: ${text.replaceAll(SITE, '')}`);
  }
}

const SITE = 'http://127.0.0.1:1/site/';
const START = `${SITE}index.html`;
const GUIDE = `${SITE}documents/Guide.html`;

const GOOD: Page = {
  title: 'Guide | posix-mqueue',
  heading: 'Guide',
  ids: ['ending'],
  links: [],
  images: [],
  diagrams: [],
  sources: 0,
};

/** A start page and a guide, which lead to each other, with `changes` to the guide. */
function site(changes: Partial<Page> = {}): Map<string, Page> {
  const start = { ...GOOD, title: 'posix-mqueue', links: [`${GUIDE}#ending`] };
  return new Map([
    [START, start],
    [GUIDE, { ...GOOD, links: [START], ...changes }],
  ]);
}

async function load<T>(file: string): Promise<T> {
  return (await import(new URL(`../../../docs/check/${file}`, import.meta.url).href)) as T;
}

describe('the check of the site', () => {
  let rules: Rules;

  before(async () => {
    rules = await load<Rules>('rules.mjs');
  });

  function linksOf(facts: Map<string, Page>, files: string[] = []): string[] {
    const notes = new Notes();
    rules.checkLinks(facts, new Set([START, GUIDE, ...files]), SITE, notes);
    return notes.all;
  }

  function contentsOf(changes: Partial<Page>): string[] {
    const notes = new Notes();
    rules.checkContents(site(changes), notes);
    return notes.all;
  }

  it('has nothing to say of a good site, and lists what leads elsewhere', () => {
    const notes = new Notes();
    const elsewhere = 'https://nodejs.org/api/stream.html';
    const links = [START, `${START}#ending`, SITE, elsewhere];
    const { count, external } = rules.checkLinks(
      site({ links }),
      new Set([START, GUIDE]),
      SITE,
      notes,
    );
    assert.deepEqual([notes.all, count, external], [[], 5, [elsewhere]]);
    assert.deepEqual(contentsOf({}), []);
  });

  it('tells of a link to nothing, to a place that is not there, and to Markdown', () => {
    assert.deepEqual(linksOf(site({ links: [START, `${SITE}gone.html`] })), [
      'documents/Guide.html: broken link: gone.html',
    ]);
    assert.deepEqual(linksOf(site({ links: [START, `${START}#gone`] })), [
      'documents/Guide.html: no such place: index.html#gone',
    ]);
    const markdown = `${SITE}media/CHANGELOG.md`;
    assert.deepEqual(linksOf(site({ links: [START, markdown] }), [markdown]), [
      'documents/Guide.html: a link to Markdown, not to a page: media/CHANGELOG.md',
    ]);
  });

  it('tells of a page that nothing leads to', () => {
    const facts = site();
    facts.set(START, { ...GOOD, links: [] });
    assert.deepEqual(linksOf(facts), ['documents/Guide.html: no page leads here']);
  });

  it('tells of what a page lacks', () => {
    assert.deepEqual(contentsOf({ title: '', heading: ' ' }), [
      'documents/Guide.html: no title',
      'documents/Guide.html: no heading',
    ]);
    assert.deepEqual(contentsOf({ images: [{ src: 'top.svg', alt: '', shown: false }] }), [
      'documents/Guide.html: a picture does not load: top.svg',
      'documents/Guide.html: a picture has no text: top.svg',
    ]);
  });

  it('tells of a diagram that is shown as its source, is empty, has a mistake, or got lost', () => {
    assert.deepEqual(contentsOf({ sources: 1 }), [
      'documents/Guide.html: shows the source of a Mermaid diagram',
    ]);
    const notDrawn = ['documents/Guide.html: a diagram is not drawn'];
    assert.deepEqual(contentsOf({ diagrams: [{ drawn: false, failed: false }] }), notDrawn);
    assert.deepEqual(contentsOf({ diagrams: [{ drawn: true, failed: true }] }), notDrawn);
    const notes = new Notes();
    rules.checkDiagrams(site({ diagrams: [{ drawn: true, failed: false }] }), 2, SITE, notes);
    assert.deepEqual(notes.all, [': 2 diagrams in Markdown, and 1 on the site']);
  });

  it('asks the search for codes, words and names, and wants the page that has them', async () => {
    const { questionsOf } = await load<{
      questionsOf: (known: {
        facts: Map<string, Page>;
        codes: string[];
        words: { titles: string[]; word: string }[];
        site: string;
      }) => Question[];
    }>('questions.mjs');
    const facts = site({ ids: ['ERR_MQ_CLOSED'] });
    const name = `${SITE}classes/posix-mqueue.Message.html`;
    facts.set(name, { ...GOOD, title: 'Message | posix-mqueue' });
    const words = [{ titles: ['The guide', 'Guide'], word: 'drained' }];
    const questions = questionsOf({ facts, codes: ['ERR_MQ_CLOSED'], words, site: SITE });
    assert.deepEqual(
      questions.map((question) => question.words),
      ['ERR_MQ_CLOSED', 'drained', 'Message'],
    );
    const place = { text: 'ERR_MQ_CLOSED', href: `${GUIDE}#ERR_MQ_CLOSED` };
    const elsewhere = {
      text: 'MessageQueue',
      href: `${SITE}classes/posix-mqueue.MessageQueue.html`,
    };
    const answers = (results: Result[]): boolean[] =>
      questions.map(({ answered }) => answered(results));
    assert.deepEqual(answers([]), [false, false, false]);
    assert.deepEqual(answers([elsewhere, place]), [false, true, false]);
    assert.deepEqual(answers([place, { text: 'Message', href: name }]), [true, true, true]);
    assert.deepEqual(answers([{ ...place, href: `${GUIDE}#gone` }]), [false, true, false]);
  });
});
