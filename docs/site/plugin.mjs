// What TypeDoc lacks to make a site of the guides too. Each file beside this one is one of these things.
import { Application } from 'typedoc';
import { arrange } from './arrangement.mjs';
import { shipDiagrams } from './diagrams.mjs';
import { extendMarkdown } from './markdown.mjs';
import { showSources } from './sources.mjs';
import { SectionRouter, searchSections } from './sections.mjs';

export function load(app) {
  // Options are read anew once the plug-ins are there.
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('markdownItLoader', extendMarkdown);
  });
  app.renderer.defineRouter('sections', SectionRouter);
  arrange(app);
  showSources(app);
  searchSections(app);
  shipDiagrams(app);
}
