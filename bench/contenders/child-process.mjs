// A benchmark with the messages of child_process.fork: this process forks the other side.

import { fork } from 'node:child_process';
import { config, role, stopwatch, total } from './stopwatch.mjs';

// As its users send it: a Buffer becomes an array of numbers in the default serialization.
const message = Buffer.alloc(config.size).toString('latin1');

function other(otherRole) {
  return fork(new URL(import.meta.url), [otherRole, JSON.stringify(config)]);
}

const roles = {
  receive() {
    const child = other('send');
    child.on('message', stopwatch());
  },
  send() {
    let sent = 0;
    // Nobody may read faster than this writes: without pauses it would only fill the memory.
    const burst = () => {
      for (let index = 0; index < 100 && sent < total; index += 1, sent += 1) process.send(message);
      if (sent < total) setImmediate(burst);
    };
    burst();
  },
  ping() {
    const child = other('echo');
    const tick = stopwatch(() => child.disconnect());
    child.on('message', () => {
      tick();
      if (child.connected) child.send(message);
    });
    child.send(message);
  },
  echo() {
    // Its parent disconnects as soon as it has what it wanted.
    process.on('message', (data) => process.connected && process.send(data, () => undefined));
  },
};
roles[role]();
