// The other side of worker.mjs: sends a job each second until it is ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'posix-mqueue';
import { Host } from 'posix-mqueue/service';

const { REQUESTS: requests = '/jobs', RESPONSES: responses = '/results' } = process.env;

const host = new Host({ requests, responses, codec: text, maxMessages: 10, maxMessageSize: 512 });
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort());
host.responses$.subscribe((response) => console.log(response));

for (let id = 1; !ending.signal.aborted; id += 1) {
  try {
    await host.send(`job-${id}`, { signal: ending.signal });
    await sleep(1000, undefined, { signal: ending.signal });
  } catch (error) {
    if (error.code !== 'ABORT_ERR') throw error;
  }
}
await host.close();
