// Where a page stands in the side bar: in the group that its front matter names. What has no front matter, as it is read more
// often elsewhere than on the site (CHANGELOG.md), gets its group and its title here. The groups' order: typedoc.json.
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Comment, CommentTag, Converter, JSX, ReflectionKind, Renderer } from 'typedoc';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Of those that do not say it themselves; the first that fits. */
const GROUPS = [
  [/^docs\/cookbook/u, 'Cookbook'],
  [/^docs\//u, 'Guides'],
  [/^examples\//u, 'Cookbook'],
  [/^/u, 'About'],
];

/** Groups that are open for those who come for the first time; the browser remembers what they open and close. */
const OPEN = ['Getting started', 'Guides'];

const CONTENTS = '<div class="col-content"';
const PAGE_TITLE = /<div class="tsd-page-title">.*?<\/div>/su;

/** TypeDoc's script asks the store of the browser which groups are open. */
const OPENING = `try{for(const group of ${JSON.stringify(OPEN)}){const key="tsd-accordion-"+group;if(localStorage.getItem(key)===null)localStorage.setItem(key,"true")}}catch{}`;

export function arrange(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const path = relative(ROOT, document.project.files.getReflectionPath(document));
    document.frontmatter.group ??= GROUPS.find(([pattern]) => pattern.test(path))[1];
    if (!document.name.endsWith(basename(path, '.md'))) return;
    const text = document.content.map((part) => part.text).join('');
    document.name = /^# (.+)$/mu.exec(text)?.[1] ?? document.name;
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.comment ??= new Comment();
      module.comment.blockTags.push(
        new CommentTag('@group', [{ kind: 'text', text: 'API reference' }]),
      );
    }
  });
  app.renderer.on(Renderer.EVENT_END_PAGE, (page) => {
    // For readers by ear: where the page's own contents begin.
    page.contents = page.contents.replace(CONTENTS, `${CONTENTS} role="main"`);
    // The README has its title itself.
    if (page.url === 'index.html') page.contents = page.contents.replace(PAGE_TITLE, '');
  });
  app.renderer.hooks.on('head.end', () =>
    JSX.createElement('script', null, JSX.createElement(JSX.Raw, { html: OPENING })),
  );
}
