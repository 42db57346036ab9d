import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandError } from '../base/exit-codes.js';
import type { ListenAddress } from '../arguments/listen.js';

const PATH = '/metrics';
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Milliseconds for who is being answered at the end. */
const GRACE = 1000;

/**
 * Answers each request for /metrics, until the signal is aborted.
 *
 * @param metrics - the text
 */
export async function serveMetrics(
  address: ListenAddress,
  metrics: () => Promise<string>,
  signal: AbortSignal,
): Promise<void> {
  const server = createServer(({ method, url = '' }, response) => {
    const [path] = url.split('?');
    if (path !== PATH) answer(response, 404, `See ${PATH}\n`);
    else if (method !== 'GET' && method !== 'HEAD') answer(response, 405, 'GET it\n');
    else void answerWith(response, metrics);
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  console.error(`serving http://${host}:${port}${PATH}`);
  if (!signal.aborted) await once(signal, 'abort');
  await close(server);
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `${host}:${port} cannot be listened on (${code}): choose another port or host by --listen`,
    );
  }
}

async function answerWith(response: ServerResponse, metrics: () => Promise<string>): Promise<void> {
  try {
    answer(response, 200, await metrics(), CONTENT_TYPE);
  } catch (error) {
    const { message } = error as Error;
    console.error(message);
    answer(response, 500, `${message}\n`);
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  // To a HEAD request node:http sends none of it.
  response.end(text);
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  AbortSignal.timeout(GRACE).addEventListener('abort', () => {
    server.closeAllConnections();
  });
  await closed;
}
