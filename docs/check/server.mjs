// Serves the site on the loopback interface, under a path as hosts of project pages do.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

export const SITE = fileURLToPath(new URL('../api/', import.meta.url));

/**
 * @param {string} base where the site begins, as `/` or `/posix-mqueue/`
 * @param {{ port?: number }} options
 */
export async function serve(base, { port = 0 } = {}) {
  if (!existsSync(`${SITE}index.html`))
    throw new Error('There is no site in docs/api yet: npm run docs');
  const files = sirv(SITE, { dev: true });
  // Each page prepares the search as it is loaded. Who does not search sees the pages in two thirds of the time without it.
  const self = { withSearch: true };
  const server = createServer((request, response) => {
    const missing = () => response.writeHead(404).end();
    if (!request.url.startsWith(base)) return missing();
    request.url = `/${request.url.slice(base.length)}`;
    if (!self.withSearch && request.url === '/assets/search.js') response.end();
    else files(request, response, missing);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(self, {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
  return self;
}
