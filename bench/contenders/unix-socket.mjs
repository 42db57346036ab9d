// One side of a benchmark with frames over a Unix domain socket: four bytes of length, then the bytes.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { config, role, stopwatch, total } from './stopwatch.mjs';

const HEADER = 4;
const message = Buffer.alloc(config.size);

function frame(data) {
  const framed = Buffer.allocUnsafe(HEADER + data.length);
  framed.writeUInt32BE(data.length, 0);
  data.copy(framed, HEADER);
  return framed;
}

/** Calls `each` with the bytes of every frame, however the socket cuts them. */
function unframe(socket, each) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let offset = 0;
    while (rest.length - offset >= HEADER) {
      const end = offset + HEADER + rest.readUInt32BE(offset);
      if (end > rest.length) break;
      each(rest.subarray(offset + HEADER, end));
      offset = end;
    }
    rest = rest.subarray(offset);
  });
}

async function listen() {
  const server = createServer();
  server.listen(config.socket);
  const [socket] = await once(server, 'connection');
  server.close();
  return socket;
}

async function reach() {
  for (;;) {
    const socket = connect(config.socket);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      // The other side does not listen yet.
      await setTimeout(5);
    }
  }
}

const roles = {
  async receive() {
    const socket = await listen();
    unframe(
      socket,
      stopwatch(() => socket.destroy()),
    );
  },
  async send() {
    const socket = await reach();
    for (let index = 0; index < total; index += 1) {
      if (!socket.write(frame(message))) await once(socket, 'drain');
    }
    socket.end();
  },
  async ping() {
    const socket = await listen();
    const tick = stopwatch(() => socket.destroy());
    unframe(socket, () => {
      tick();
      socket.write(frame(message));
    });
    socket.write(frame(message));
  },
  async echo() {
    const socket = await reach();
    unframe(socket, (data) => socket.write(frame(data)));
    socket.on('error', () => undefined);
  },
};
await roles[role]();
