// The original worker: answers each request with its text and ` processed`, until SIGINT or SIGTERM.
// Any host of the raw protocol, in any language, can be the other side.
//
//   node out/examples/worker.js [requests [responses]]

import { text } from 'posix-mqueue';
import { Worker } from 'posix-mqueue/service';
import { failureOf, runUntilTold } from './forked.js';

const [requests = '/mq_queue_host', responses = '/mq_queue_worker'] = process.argv.slice(2);

function answer(request: string): string {
  console.log(`Received message '${request}'`);
  const response = `${request} processed`;
  console.log(`Sending message '${response}'`);
  return response;
}

function answerFailure(error: unknown): string {
  console.error(error instanceof Error ? error.message : error);
  return failureOf(error);
}

const worker = new Worker({ requests, responses, codec: text, onFailure: answerFailure }, answer);
await runUntilTold(worker, [requests, responses]);
