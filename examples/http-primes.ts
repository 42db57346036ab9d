// An HTTP server that has worker processes do its work: `GET /primes?below=1000000` counts the primes below that, in
// pieces that all workers share. When the client goes away no more pieces are sent.
//
//   node out/examples/http-primes.js [port [workers]]

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lastValueFrom, scan, startWith } from 'rxjs';
import { Crew } from './crew.js';
import type { Range } from './rpc-worker.js';
import { report, terminationSignal } from './signals.js';

/** Numbers of one request: so few that a worker is soon free for the next client. */
const PIECE = 20_000;
const LARGEST = 2 ** 40;

const [port = '8080', workers = '2'] = process.argv.slice(2);

/** Made as they are asked for. */
function* piecesBelow(end: number): Generator<Range> {
  for (let from = 0; from < end; from += PIECE) yield [from, Math.min(from + PIECE, end)];
}

/** Aborted when the client has gone without its answer. */
function departureOf(response: ServerResponse): AbortSignal {
  const departure = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) departure.abort('gone');
  });
  return departure.signal;
}

function endOf(request: IncomingMessage): number | undefined {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const end = Number(searchParams.get('below') ?? NaN);
  return pathname === '/primes' && end >= 0 && end <= LARGEST ? end : undefined;
}

async function answer({ host }: Crew, request: IncomingMessage, response: ServerResponse) {
  const end = endOf(request);
  if (end === undefined) {
    response.writeHead(400).end(`GET /primes?below=N, N up to ${LARGEST}\n`);
    return;
  }
  const signal = departureOf(response);
  console.log(`Counting the primes below ${end}`);
  // Two for each worker: the next piece is there when one is done.
  const options = { method: 'primes', concurrency: 2 * Number(workers), signal } as const;
  const counts$ = host.requestAll(piecesBelow(end), options);
  try {
    const primes = await lastValueFrom(
      counts$.pipe(
        scan((sum, count) => sum + count, 0),
        startWith(0),
      ),
    );
    response.setHeader('content-type', 'application/json');
    response.end(`${JSON.stringify({ below: end, primes })}\n`);
  } catch (error) {
    if (signal.aborted) {
      console.log(`Nobody waits for the primes below ${end} any more`);
      return;
    }
    report(error);
    response.writeHead(503).end();
  }
}

async function main(): Promise<void> {
  const signal = terminationSignal();
  await using crew = new Crew(`/primes-${process.pid}`, Number(workers));
  await crew.start(signal);
  const server = createServer((request, response) => void answer(crew, request, response));
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
}

main().catch(report);
