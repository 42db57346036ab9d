import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
export const peer = file('../../out/bench/peer');

/** Builds the C program. */
export function buildPeer() {
  mkdirSync(file('../../out/bench/'), { recursive: true });
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror'];
  execFileSync('gcc', [...flags, file('c/peer.c'), '-o', peer, '-pthread', '-lrt'], {
    stdio: 'inherit',
  });
}

const ROLES = { 'one-way': ['receive', 'send'], 'round-trip': ['ping', 'echo'] };

function c(mode) {
  return (role, { there, back, size, warmup, count }) =>
    [peer, role, mode, there, back, size, warmup, count].map(String);
}

function python(role, { there, back, size, warmup, count }) {
  return ['python3', file('python/peer.py'), role, there, back, size, warmup, count].map(String);
}

function node(program, extra = {}) {
  return (role, config) => [
    process.execPath,
    file(program),
    role,
    JSON.stringify({ ...config, ...extra }),
  ];
}

const ours = (way, open) => node('ours.mjs', { way, open });

/** The measuring side `own` against `other`; without one it makes its other side itself. */
function contender(name, kind, own, other, extra = {}) {
  const commands = (work) => {
    const [first, second] = ROLES[work.kind];
    return [own(first, work), other?.(second, work)];
  };
  return { name, kind, commands, part: 1, queue: true, works: Object.keys(ROLES), ...extra };
}

const oneWay = { works: ['one-way'] };
const roundTrip = { works: ['round-trip'] };
const shallow = { depths: [1, 10] };
const alone = { queue: false };

const spin = { busyPoll: 200 };
const waits = {
  auto: {},
  worker: { wait: 'worker' },
  loop: { wait: 'loop' },
  'busyPoll 200': spin,
};
const ways = {
  'receiveMany(64)': 'receiveMany',
  'receive()': 'receive',
  'async iterator': 'iterator',
  "'message' event": 'event',
  'Readable in pipeline': 'pipeline',
  'fromQueue, map': 'fromQueue',
  'fromQueue (64), map': 'fromQueueBatched',
  'consumeQueue, 16': 'consumeQueue',
};

export const BASELINE = 'C, blocking';
export const DRAINING = 'C, polling and draining';

/** Every contender. */
export function contenders() {
  return [
    contender(BASELINE, 'rival', c('block'), c('block'), shallow),
    contender(DRAINING, 'limit', c('drain'), c('drain'), shallow),
    contender('C, spinning', 'limit', c('spin'), c('spin'), shallow),
    contender('C, blocking, 1 us of work', 'limit', c('work'), c('block'), oneWay),
    ...Object.entries(waits).map(([name, open]) =>
      contender(`Readable data, ${name} < C`, 'ours', ours('data', open), c('block'), {
        ...oneWay,
        ...shallow,
      }),
    ),
    contender('Readable data, busyPoll 200 < C, spinning', 'ours', ours('data', spin), c('spin'), {
      ...oneWay,
      ...shallow,
    }),
    ...Object.entries(ways).map(([name, way]) =>
      contender(`${name} < C`, 'ours', ours(way, {}), c('block'), oneWay),
    ),
    contender('C < Writable', 'ours', c('block'), ours('data', {}), oneWay),
    contender('Readable data < Writable', 'ours', ours('data', {}), ours('data', {}), {
      ...oneWay,
      ...shallow,
    }),
    contender(
      'Readable data < Writable, busyPoll 200',
      'ours',
      ours('data', spin),
      ours('data', spin),
      { ...oneWay, ...shallow },
    ),
    ...Object.entries(waits).map(([name, open]) =>
      contender(`send, receive, ${name} <> C`, 'ours', ours('', open), c('block'), roundTrip),
    ),
    contender('send, receive, busyPoll 200 <> C, spinning', 'ours', ours('', spin), c('spin'), {
      ...roundTrip,
    }),
    ...Object.entries(waits).map(([name, open]) =>
      contender(`send, receive, ${name} <> same`, 'ours', ours('', open), ours('', open), {
        ...roundTrip,
        ...shallow,
      }),
    ),
    ...Object.entries(waits).map(([name, open]) =>
      contender(`Host <> Worker, ${name}`, 'ours', ours('service', open), ours('service', open), {
        ...roundTrip,
        ...shallow,
      }),
    ),
    contender('Python, ctypes', 'rival', python, python, { ...shallow, part: 0.5 }),
    contender('ZeroMQ, ipc://', 'rival', node('zeromq.mjs'), node('zeromq.mjs'), alone),
    contender('Unix socket, frames', 'rival', node('unix-socket.mjs'), node('unix-socket.mjs'), {
      ...alone,
    }),
    contender('child_process', 'rival', node('child-process.mjs'), undefined, {
      ...alone,
      part: 0.25,
    }),
    contender('worker_threads', 'rival', node('worker-threads.mjs'), undefined, alone),
  ];
}

/** Whether a contender takes part: the depth is a matter of queues only. */
export function takesPart({ works, depths, queue }, { kind, depth }) {
  if (!works.includes(kind)) return false;
  if (!queue) return depth === 10;
  return (depths ?? [10]).includes(depth);
}
