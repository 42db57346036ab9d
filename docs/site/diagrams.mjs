// Pages with a diagram draw it in the browser, with Mermaid from beside them: nothing comes from another host.
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Renderer } from 'typedoc';

const MERMAID = createRequire(import.meta.url).resolve('@mermaid-js/tiny/dist/mermaid.tiny.js');
const DRAWING = fileURLToPath(new URL('browser/draw.js', import.meta.url));

export function shipDiagrams(app) {
  app.renderer.on(Renderer.EVENT_END_PAGE, (page) => {
    if (!page.contents?.includes('<pre class="mermaid">')) return;
    const assets = `${'../'.repeat(page.url.split('/').length - 1)}assets/`;
    const scripts = ['mermaid.js', 'draw.js'].map(
      (file) => `<script defer src="${assets}${file}"></script>`,
    );
    // Behind what shows the page: nothing can be measured before.
    page.contents = page.contents.replace('</body>', () => `${scripts.join('')}</body>`);
  });
  app.renderer.on(Renderer.EVENT_END, ({ outputDirectory }) => {
    copyFileSync(MERMAID, join(outputDirectory, 'assets', 'mermaid.js'));
    copyFileSync(DRAWING, join(outputDirectory, 'assets', 'draw.js'));
  });
}
