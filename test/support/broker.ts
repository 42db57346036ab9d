import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Of the broker that `npm run test:amqp` has started. */
export const urls: string = process.env['AMQP_URL'] ?? '';

/** Kills it with -9 and starts it again, stops it with SIGSTOP and has it go on, takes its memory away and gives it back. */
export function broker(
  word: 'kill' | 'start' | 'stop' | 'continue' | 'alarm' | 'calm',
): Promise<void> {
  return tell(word);
}

async function tell(line: string): Promise<void> {
  const socket = connect(process.env['AMQP_BROKER'] ?? '');
  socket.write(`${line}\n`);
  await once(socket.resume(), 'close');
}

/** Has it know a user who may configure, write and read what these patterns match: its address for that one. */
export async function brokerUser(
  name: string,
  permissions: Record<'configure' | 'write' | 'read', string>,
): Promise<string> {
  const { configure, write, read } = permissions;
  await tell(`user ${name} secret ${configure} ${write} ${read}`);
  return urls.replace('guest:guest', `${name}:secret`);
}

/** Resolves when it takes connections. */
export async function brokerIsUp(): Promise<void> {
  const { port, hostname } = new URL(urls);
  for (;;) {
    const socket = connect(Number(port), hostname);
    const isUp = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A way to it that can be cut. */
export class Way {
  readonly #pairs = new Set<readonly [here: Socket, there: Socket]>();
  readonly #stranded = new Set<Socket>();
  readonly #server = createServer((socket) => {
    const { port, hostname } = new URL(urls);
    const there = connect(Number(port), hostname);
    const pair = [socket, there] as const;
    this.#pairs.add(pair);
    for (const each of pair) {
      each.on('close', () => {
        if (!this.#pairs.delete(pair)) return;
        socket.destroy();
        there.destroy();
      });
      each.on('error', () => undefined);
    }
    socket.pipe(there).pipe(socket);
  });

  /** Its address. */
  async open(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    const way = new URL(urls);
    way.port = String((this.#server.address() as AddressInfo).port);
    return way.href;
  }

  /** Whoever is connected. */
  cut(): void {
    for (const [here, there] of this.#pairs) {
      here.resetAndDestroy();
      there.resetAndDestroy();
    }
  }

  /** As when a cable is pulled: whoever is connected notices it, and the broker does not, until `release`. */
  strand(): void {
    for (const pair of [...this.#pairs]) {
      const [here, there] = pair;
      this.#pairs.delete(pair);
      this.#stranded.add(there);
      here.unpipe(there);
      there.unpipe(here);
      here.resetAndDestroy();
    }
  }

  /** The broker notices it. */
  release(): void {
    for (const there of this.#stranded) there.resetAndDestroy();
    this.#stranded.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.release();
    await once(this.#server.close(), 'close');
  }
}
