// Search finds what stands in a guide: each of its sections is a thing that can be found, and so is each code of a table of codes.
// TypeDoc would find the whole page, and of the README nothing.
import MarkdownIt from 'markdown-it';
import { DocumentReflection, KindRouter, ReflectionKind, Renderer, Slugger } from 'typedoc';
import { codeCells, extendMarkdown } from './markdown.mjs';

const markdown = new MarkdownIt();
extendMarkdown(markdown);

/** What a page says before its first section, for its own entry. */
const beginnings = new Map();

/** A guide says more of a word than whose name has it; options, of which many have one name, would fill the list alone. */
const GUIDE = 4;
const OPTION = 0.01;

export class SectionRouter extends KindRouter {
  buildPages(project) {
    const pages = super.buildPages(project);
    if (project.readme !== undefined) this.#addSections(project, project.readme, 'index.html');
    return pages;
  }

  buildChildPages(target, pages) {
    super.buildChildPages(target, pages);
    if (!(target instanceof DocumentReflection) || target.frontmatter.source) return;
    this.#addSections(target, target.content, this.fullUrls.get(target));
  }

  #addSections(page, content, url) {
    const { beginning, sections } = split(textOf(content), new Slugger(this.sluggerConfiguration));
    beginnings.set(page, beginning);
    // Of a guide it belongs to the page's own entry, which the start page has not.
    if (page === page.project) this.#add(page, page.name, url, beginning);
    for (const { title, anchor, text, isCode } of sections) {
      const name = isCode ? title : `${page.name} › ${title}`;
      this.#add(page, name, `${url}#${anchor}`, text);
    }
  }

  #add(page, name, url, text) {
    const found = new DocumentReflection(name, page.project, [{ kind: 'text', text }], {});
    found.relevanceBoost = page.frontmatter?.group === 'About' ? 1 : GUIDE;
    this.fullUrls.set(found, url);
    const [, anchor] = url.split('#');
    if (anchor !== undefined) this.anchors.set(found, anchor);
  }
}

export function searchSections(app) {
  app.renderer.on(Renderer.EVENT_PREPARE_INDEX, ({ searchResults, searchFields }) => {
    for (const [index, result] of searchResults.entries()) {
      if (result.kindOf(ReflectionKind.Property)) result.relevanceBoost = OPTION;
      if (!result.isDocument()) continue;
      if (beginnings.has(result)) searchFields[index] = { document: beginnings.get(result) };
      // A source is found by its name: what it says would drown what the guides say.
      if (result.frontmatter.source) searchFields[index] = { document: '' };
    }
  });
}

function textOf(content) {
  return content.map((part) => part.text).join('');
}

function split(text, slugger) {
  const tokens = markdown.parse(text, {});
  const lines = text.split('\n');
  const parts = [{ from: 0 }];
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open' || token.level > 0) continue;
    const title = wordsOf(tokens[index + 1]);
    // Also of the first heading: a second one of the same text gets a number.
    const anchor = slugger.slug(title);
    if (token.tag !== 'h1') parts.push({ title, anchor, from: token.map[1], before: token.map[0] });
  }
  const [beginning, ...sections] = parts.map(({ from, ...rest }, index) => {
    const to = parts[index + 1]?.before;
    return { ...rest, text: lines.slice(from, to).join('\n') };
  });
  for (const { index, code } of codeCells(tokens)) {
    const [from, to] = tokens.slice(0, index).findLast(({ type }) => type === 'tr_open').map;
    sections.push({
      isCode: true,
      title: code,
      anchor: code,
      text: lines.slice(from, to).join('\n'),
    });
  }
  return { beginning: beginning.text, sections };
}

/** As TypeDoc reads a heading. */
function wordsOf(token) {
  if (token.children) return token.children.map(wordsOf).join('');
  return token.type === 'text' ? token.content : '';
}
