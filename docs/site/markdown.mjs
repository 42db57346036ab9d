// What Markdown becomes beyond TypeDoc's own: tables that scroll by themselves, so that no page is wider than a phone; places to
// link to in tables of codes; diagrams.
import { escapeHtml } from './html.mjs';

/** @param {import('markdown-it').default} md */
export function extendMarkdown(md) {
  md.core.ruler.push('words-of-headings', ({ tokens, Token }) => {
    for (const token of tokens.filter((_, index) => tokens[index - 1]?.type === 'heading_open')) {
      // TypeDoc leaves code out of a heading's text, and with it out of its anchor.
      for (const code of token.children.filter(({ type }) => type === 'code_inline')) {
        const text = new Token('text', '', 0);
        text.content = code.content;
        code.children = [text];
      }
    }
  });
  md.core.ruler.push('codes-of-tables', ({ tokens }) => {
    for (const { cell, code } of codeCells(tokens)) cell.attrSet('id', code);
  });
  const { rules } = md.renderer;
  const { code_inline: codeInline, fence } = rules;
  rules.table_open = () => '<div class="scroll" tabindex="0"><table>\n';
  rules.table_close = () => '</table></div>\n';
  rules.code_inline = (tokens, index, ...rest) => {
    const html = codeInline(tokens, index, ...rest);
    // Where a narrow table may break a long code.
    return CODE.test(tokens[index].content) ? html.replaceAll('_', '_<wbr>') : html;
  };
  rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (info.trim() !== 'mermaid') return captionOf(info) + fence(tokens, index, ...rest);
    // The source is what is seen where there is no JavaScript.
    return `<figure class="diagram" tabindex="0"><pre class="mermaid">${escapeHtml(content)}</pre></figure>\n`;
  };
}

/** What a reader has to know of a block besides what is in it: the file to save it as, or which terminal. */
function captionOf(info) {
  const [, name = ''] = /\sfile=(\S+)/u.exec(info) ?? [];
  const [, terminal] = /^terminal-(\d+)$/u.exec(name) ?? [];
  if (terminal === undefined && !name.includes('.')) return '';
  const caption = terminal === undefined ? name : `Terminal ${terminal}`;
  return `<p class="file">${escapeHtml(caption)}</p>\n`;
}

const CODE = /^[A-Z][A-Z\d_]+$/u;

/** The cells with a code of an error or warning: in the first column of a table that calls it "code". */
export function* codeCells(tokens) {
  let first = '';
  let column = 0;
  for (const [index, cell] of tokens.entries()) {
    if (cell.type === 'tr_open') column = 0;
    if (cell.type !== 'th_open' && cell.type !== 'td_open') continue;
    column += 1;
    if (column > 1) continue;
    const text = tokens[index + 1];
    if (cell.type === 'th_open') first = text.content;
    const [code, ...others] = text.children;
    if (
      cell.type === 'td_open' &&
      first === 'code' &&
      others.length === 0 &&
      CODE.test(code?.content)
    ) {
      yield { cell, index, code: code.content };
    }
  }
}
