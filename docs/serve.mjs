// npm run docs:serve: the site that npm run docs made, to be looked at. PORT names another port than 8080.
import { serve } from './check/server.mjs';

const { url } = await serve('/', { port: Number(process.env.PORT ?? 8080) });
console.log(`${url} (ends with Ctrl+C)`);
