// A RabbitMQ on loopback with a folder and ports of its own, gone with the process that started it, whatever ends that.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const KEEPER = fileURLToPath(new URL('keeper.mjs', import.meta.url));
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const PATIENCE = 60_000;

/** @returns its address, and how to stop it */
export async function startBroker() {
  if (!existsSync(SERVER)) {
    console.error(
      `There is no RabbitMQ at ${SERVER}. Install it: apt-get install --no-install-recommends rabbitmq-server`,
    );
    process.exit(1);
  }
  const keeper = spawn(process.execPath, [KEEPER], {
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const exited = once(keeper, 'exit');
  const [{ port, control }] = await Promise.race([
    once(keeper, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`the broker's keeper ended with ${code}`))),
  ]);
  await Promise.race([
    untilOpen(port),
    exited.then(() => Promise.reject(new Error('RabbitMQ did not start'))),
  ]);
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    control,
    async stop() {
      keeper.stdin.end();
      await exited;
    },
  };
}

/** Resolves when a connection is taken. */
async function untilOpen(port) {
  const since = performance.now();
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    if (performance.now() - since > PATIENCE) throw new Error('RabbitMQ takes no connections');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
