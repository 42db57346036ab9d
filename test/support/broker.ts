import { once } from 'node:events';
import { connect } from 'node:net';

/** Of the broker that `npm run test:amqp` has started. */
export const urls: string = process.env['AMQP_URL'] ?? '';

/** Kills it with -9, starts it again, stops it with SIGSTOP and has it go on. */
export async function broker(word: 'kill' | 'start' | 'stop' | 'continue'): Promise<void> {
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
