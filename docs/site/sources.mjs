// A link to a source, as an example's, leads to a page that shows it: TypeDoc copies the file, and a browser takes a .ts for a film.
import { readFileSync, statSync } from 'node:fs';
import { extname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Converter, DocumentReflection } from 'typedoc';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** By what a file's name ends with. What is not here stays a file, such as pictures. */
const LANGUAGES = {
  '': 'text',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.h': 'cpp',
  '.hpp': 'cpp',
  '.js': 'js',
  '.json': 'json',
  '.mjs': 'js',
  '.py': 'python',
  '.rs': 'rust',
  '.sh': 'sh',
  '.supp': 'text',
  '.ts': 'ts',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

export function showSources(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const path of project.files.getMediaPaths()) {
      const language = LANGUAGES[extname(path)];
      if (language === undefined || !statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
      const name = relative(ROOT, path);
      // More than any text has within it.
      const fence = '`'.repeat(8);
      const text = `# ${name}\n\n${fence}${language}\n${readFileSync(path, 'utf8')}\n${fence}`;
      const page = new DocumentReflection(name, project, [{ kind: 'code', text }], {
        group: 'Sources',
        source: true,
      });
      project.addChild(page);
      project.registerReflection(page, undefined, path);
    }
  });
}
