// A benchmark with postMessage between worker_threads of one process.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { config, role, stopwatch, total } from './stopwatch.mjs';

function other(otherRole) {
  return new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
    workerData: otherRole,
  });
}

const roles = {
  receive() {
    other('send').on('message', stopwatch());
  },
  send() {
    const message = new Uint8Array(config.size);
    let sent = 0;
    // It has no back pressure: without pauses it would only fill the memory.
    const burst = () => {
      for (let index = 0; index < 1000 && sent < total; index += 1, sent += 1) {
        parentPort.postMessage(message);
      }
      if (sent < total) setImmediate(burst);
    };
    burst();
  },
  ping() {
    const message = new Uint8Array(config.size);
    const worker = other('echo');
    const tick = stopwatch(() => void worker.terminate());
    worker.on('message', () => {
      tick();
      worker.postMessage(message);
    });
    worker.postMessage(message);
  },
  echo() {
    parentPort.on('message', (data) => parentPort.postMessage(data));
  },
};
roles[isMainThread ? role : workerData]();
