import type { EventEmitter } from 'node:events';
import type { raw } from '../../index.js';
import { RpcWorker, type RpcWorkerOptions } from '../../rpc.js';
import {
  programHandler,
  Worker,
  type Handler,
  type ProgramHandler,
  type ProgramOptions,
  type WorkerOptions,
} from '../../service.js';
import { interrupted } from '../base/interruption.js';
import { counted, notice } from '../base/notice.js';
import { writeForSure } from '../base/output.js';
import { remedyFor } from '../base/remedies.js';

/** A program, and how it gets its requests. */
export interface Working {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: ProgramOptions;
}

/** What workers of both protocols know. */
export type WorkerQueues = Pick<WorkerOptions, keyof WorkerOptions & keyof RpcWorkerOptions>;

/** Works until a signal ends it. Where no queue is for the responses they are printed. */
export async function work(
  { command, args, options }: Working,
  queues: WorkerOptions,
): Promise<void> {
  const handler = programHandler(command, args, options);
  const end = Buffer.from(options.input === 'lines' ? '\n' : '');
  const print: Handler<typeof raw> = async (request, context) => {
    // What nobody has was not done.
    await writeForSure(Buffer.concat([await handler(request, context), end]));
  };
  await run(new Worker(queues, queues.responses === undefined ? print : handler), handler, queues);
}

/** As `work`, by MQ1: the replies go to who asked. */
export async function workByRpc(
  { command, args, options }: Working,
  queues: WorkerQueues,
): Promise<void> {
  const handler = programHandler(command, args, options);
  await run(new RpcWorker(queues, handler), handler, queues);
}

async function run(
  worker: Worker | RpcWorker,
  handler: ProgramHandler,
  { requests }: WorkerQueues,
): Promise<void> {
  const events = worker as EventEmitter;
  events.on('ready', () => tellReady(requests));
  events.on('failure', ({ error }: { error: unknown }) => tellFailure(requests, error));
  events.on('unlinked', tellUnlinked);
  const signal = interrupted();
  signal.addEventListener('abort', () => tellInHand(worker.stats().inHand));
  try {
    await worker.run({ signal });
  } finally {
    await handler.close();
  }
}

function tellReady(queue: string): void {
  notice(`works on ${queue}`);
}

function tellFailure(queue: string, error: unknown): void {
  const text = error instanceof Error ? remedyFor(error) : String(error);
  notice(`a request of ${queue} failed: ${text}`);
}

function tellInHand(count: number): void {
  if (count === 0) return;
  notice(`finishes ${counted(count, 'request')} in hand. A second signal ends it at once`);
}

function tellUnlinked(queue: string): void {
  notice(`${queue} was removed. It goes on as soon as somebody makes it again`);
}
