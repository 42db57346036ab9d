// One side of a benchmark with ZeroMQ over ipc://: push and pull one way, a pair for round trips.

import { Pair, Pull, Push } from 'zeromq';
import { config, role, stopwatch, total } from './stopwatch.mjs';

const address = `ipc://${config.socket}`;
const message = Buffer.alloc(config.size);

const roles = {
  async receive() {
    const socket = new Pull();
    await socket.bind(address);
    let received = 0;
    const tick = stopwatch();
    for await (const _ of socket) {
      tick();
      received += 1;
      if (received === total) break;
    }
    socket.close();
  },
  async send() {
    const socket = new Push();
    socket.connect(address);
    for (let index = 0; index < total; index += 1) await socket.send(message);
    // What it still has to hand over is lost when it is closed now, or collected.
    setInterval(() => socket.closed, 1000);
  },
  async ping() {
    const socket = new Pair();
    await socket.bind(address);
    const tick = stopwatch();
    for (let index = 0; index < total; index += 1) {
      await socket.send(message);
      await socket.receive();
      tick();
    }
    socket.close();
  },
  async echo() {
    const socket = new Pair();
    socket.connect(address);
    for (let index = 0; index < total; index += 1) {
      const [data] = await socket.receive();
      await socket.send(data);
    }
    socket.close();
  },
};
await roles[role]();
