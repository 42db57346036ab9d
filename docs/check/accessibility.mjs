// What axe-core finds in some pages: all pages of a kind come from one template.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PAGES = new Set(
  [
    'index',
    'documents/Errors',
    'documents/Design',
    'modules/posix-mqueue',
    'classes/posix-mqueue.MessageQueue',
    'functions/posix-mqueue_rxjs.fromQueue',
  ].map((name) => `${name}.html`),
);

/** What TypeDoc's templates, and tables in Markdown without words in their head, do not keep. */
const NOT_KEPT = ['empty-table-header', 'heading-order', 'nested-interactive', 'region'];

/** Answers whether the page is one of those that are examined. */
export async function examine(tab, path, problems) {
  if (!PAGES.has(path)) return false;
  await tab.evaluate(AXE);
  const violations = await tab.evaluate(async (notKept) => {
    const rules = Object.fromEntries(notKept.map((id) => [id, { enabled: false }]));
    const found = await window.axe.run(document, { resultTypes: ['violations'], rules });
    return found.violations.map(
      ({ id, help, nodes }) => `${id} (${help}): ${nodes[0].html.slice(0, 120)}`,
    );
  }, NOT_KEPT);
  for (const violation of violations) problems.add(tab.url(), `accessibility: ${violation}`);
  return true;
}
