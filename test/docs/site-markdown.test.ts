import assert from 'node:assert/strict';

type Fence = (tokens: { info: string; content: string }[], index: number) => string;
type Extend = (md: object) => void;

const MARKDOWN = new URL('../../../docs/site/markdown.mjs', import.meta.url).href;

describe('the blocks of the site', () => {
  let rules: { fence: Fence; code_inline: () => string };

  beforeEach(async () => {
    const { extendMarkdown } = (await import(MARKDOWN)) as { extendMarkdown: Extend };
    rules = { fence: () => '<pre>', code_inline: () => '' };
    extendMarkdown({ core: { ruler: { push: () => undefined } }, renderer: { rules } });
  });

  const html = (info: string): string => rules.fence([{ info, content: 'a < b' }], 0);

  for (const [info, caption] of [
    ['js file=host.mjs', 'host.mjs'],
    ['python file=words.py', 'words.py'],
    ['sh file=terminal-2', 'Terminal 2'],
  ] as const) {
    it(`have what a reader has to know of them: ${info}`, () => {
      assert.equal(html(info), `<p class="file">${caption}</p>\n<pre>`);
    });
  }

  it('have no more where there is no file', () => {
    for (const info of ['js', 'text file=printed', '']) assert.equal(html(info), '<pre>');
  });

  it('are drawn where they are diagrams, and shown as they are until then', () => {
    assert.match(html('mermaid'), /<pre class="mermaid">a &lt; b<\/pre>/);
  });
});
