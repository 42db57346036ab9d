// One side of a benchmark with the npm package posix-mq, by the examples of its readme.

import PosixMQ from 'posix-mq';
import { config, role, stopwatch, total } from './stopwatch.mjs';

const { there, back, size } = config;
const message = Buffer.alloc(size);

function open(name) {
  const queue = new PosixMQ();
  queue.open({ name });
  return queue;
}

/** Calls `each` with every message; `each` may say that it was the last one. */
function consume(queue, each) {
  const buffer = Buffer.alloc(queue.msgsize);
  const drain = () => {
    let length;
    while ((length = queue.shift(buffer)) !== false) {
      if (each(Buffer.from(buffer.subarray(0, length)))) {
        queue.close();
        return;
      }
    }
  };
  drain();
  queue.on('messages', drain);
}

/** Sends what is pending, and again whenever there is room. */
function sender(queue) {
  const pending = [];
  const flush = () => {
    while (pending.length > 0 && queue.push(pending[0])) pending.shift();
  };
  queue.on('drain', flush);
  return (data) => {
    pending.push(data);
    flush();
  };
}

function counted(each) {
  let count = 0;
  return (data) => {
    each(data);
    count += 1;
    return count === total;
  };
}

const roles = {
  receive() {
    const tick = stopwatch();
    consume(open(there), counted(tick));
  },
  send() {
    const queue = open(there);
    let sent = 0;
    const fill = () => {
      while (sent < total && queue.push(message)) sent += 1;
      if (sent === total) queue.close();
    };
    queue.on('drain', fill);
    fill();
  },
  ping() {
    const out = open(there);
    const send = sender(out);
    const tick = stopwatch();
    const next = counted(() => {
      tick();
      send(message);
    });
    consume(open(back), (data) => {
      const last = next(data);
      if (last) process.exit();
      return last;
    });
    send(message);
  },
  echo() {
    const send = sender(open(back));
    consume(open(there), (data) => {
      send(data);
      return false;
    });
  },
};
roles[role]();
