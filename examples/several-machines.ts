// Hosts and workers of one program, by the queues of this machine or, when one line is another, by those of RabbitMQ:
//
//   const transport = new AmqpTransport({ urls: process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1' });
//
// with `import { AmqpTransport } from 'posix-mqueue/amqp'` in place of the import of PosixTransport. What it prints is the same.

import { once } from 'node:events';
import { lastValueFrom, toArray } from 'rxjs';
import { json } from 'posix-mqueue';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { PosixTransport } from 'posix-mqueue/service';

const transport = new PosixTransport();

const requests = process.argv[2] ?? '/several-machines';
const options = { requests, codec: json, transport, maxMessages: 4, maxMessageSize: 1024 };
const handlers = {
  square: (value: number) => value * value,
  *down(from: number) {
    for (let next = from; next > 0; next -= 1) yield next;
  },
};

const worker = new RpcWorker({ ...options, concurrency: 2, redelivery: true }, handlers);
const working = worker.run();
await once(worker, 'ready');
const host = new RpcHost<typeof handlers>(options);

console.log('3 * 3 is', await host.request(3, { method: 'square' }));
for await (const value of host.requestMany(3, { method: 'down' })) console.log(value);
const squares = host.requestAll([1, 2, 3, 4], { method: 'square', concurrency: 2 });
console.log((await lastValueFrom(squares.pipe(toArray()))).reduce((sum, each) => sum + each, 0));

await host.close();
await worker.close();
await working;
await transport.unlink(requests);
