import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Of the broker that `npm run test:amqp` has started. */
export const urls: string = process.env['AMQP_URL'] ?? '';

/** Kills it with -9 and starts it again, stops it with SIGSTOP and has it go on, takes its memory away and gives it back. */
export async function broker(
  word: 'kill' | 'start' | 'stop' | 'continue' | 'alarm' | 'calm',
): Promise<void> {
  const socket = connect(process.env['AMQP_BROKER'] ?? '');
  socket.write(`${word}\n`);
  await once(socket.resume(), 'close');
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
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    const { port, hostname } = new URL(urls);
    const there = connect(Number(port), hostname);
    for (const each of [socket, there]) {
      this.#sockets.add(each);
      each.on('close', () => {
        this.#sockets.delete(each);
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
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await once(this.#server.close(), 'close');
  }
}
