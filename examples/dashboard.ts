// An RxJS dashboard: takes the messages of a queue and shows their number, rate and size, until SIGINT
// or SIGTERM. Where standard output is no terminal it prints the last state only.
//
//   node out/examples/dashboard.js QUEUE

import logUpdate from 'log-update';
import { fromQueue } from 'posix-mqueue/rxjs';
import {
  connect,
  fromEvent,
  interval,
  last,
  map,
  merge,
  scan,
  startWith,
  takeUntil,
  withLatestFrom,
} from 'rxjs';
import { OwnQueue } from './own-queue.js';
import { report, terminationSignal } from './signals.js';

const REFRESH = 250;

interface Totals {
  messages: number;
  bytes: number;
  last: string;
}

function show({ messages, bytes, last }: Totals, rate: number, waiting: number): string {
  return [
    `messages  ${messages}`,
    `bytes     ${bytes}`,
    `rate      ${rate}/s`,
    `waiting   ${waiting}`,
    `last      ${JSON.stringify(last.slice(0, 60))}`,
  ].join('\n');
}

async function main(name: string): Promise<void> {
  await using own = new OwnQueue(name);
  const { queue } = own;
  const end$ = fromEvent(terminationSignal(), 'abort');
  const none: Totals = { messages: 0, bytes: 0, last: '' };
  console.log(`Watching queue ${name}`);

  const totals$ = fromQueue(queue).pipe(
    takeUntil(end$),
    scan(
      ({ messages, bytes }, data) => ({
        messages: messages + 1,
        bytes: bytes + data.length,
        last: data.toString(),
      }),
      none,
    ),
    startWith(none),
  );
  const frames$ = totals$.pipe(
    connect((shared$) => {
      const ticks$ = interval(REFRESH).pipe(
        withLatestFrom(shared$),
        map(([, totals]) => totals),
      );
      return merge(ticks$.pipe(takeUntil(end$)), shared$.pipe(last()));
    }),
    scan((before, totals) => ({ totals, gained: totals.messages - before.totals.messages }), {
      totals: none,
      gained: 0,
    }),
    map(({ totals, gained }) => show(totals, (gained * 1000) / REFRESH, queue.currentMessages)),
  );
  let state = '';
  await frames$.forEach((frame) => {
    state = frame;
    if (process.stdout.isTTY) logUpdate(frame);
  });
  if (!process.stdout.isTTY) console.log(state);
}

main(process.argv[2] ?? '/mq_queue_worker').catch(report);
