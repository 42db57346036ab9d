// The original worker: answers each request with its text and ` processed`, until SIGINT or SIGTERM.
// Any host of the raw protocol, in any language, can be the other side.
//
//   node out/examples/worker.js [requests [responses]]

import { text } from 'posix-mqueue';
import { Worker } from 'posix-mqueue/service';
import { report } from './signals.js';

const [requests = '/mq_queue_host', responses = '/mq_queue_worker'] = process.argv.slice(2);

const worker = new Worker({ requests, responses, codec: text }, (request) => {
  console.log(`Received message '${request}'`);
  const response = `${request} processed`;
  console.log(`Sending message '${response}'`);
  return response;
});
// Who started this process by child_process.fork is told.
worker.on('ready', () => process.send?.('ready'));
// A host that is gone needs no worker.
process.once('disconnect', () => void worker.close());
worker.run({ signals: true }).then(() => {
  if (process.connected) process.disconnect();
}, report);
