// The original host: sends tasks to one queue, and waits for the response to each on another.
// Any worker of the raw protocol, in any language, can be the other side.
//
//   node out/examples/host.js [requests [responses [tasks]]]

import { text } from 'posix-mqueue';
import { Host } from 'posix-mqueue/service';
import { report, terminationSignal } from './signals.js';

const [requests = '/mq_queue_host', responses = '/mq_queue_worker', tasks = '1'] =
  process.argv.slice(2);

async function main(signal: AbortSignal): Promise<void> {
  const host = new Host({ requests, responses, codec: text });
  host.on('stale', (message) => {
    console.log(`Dropped message '${message.text()}' of an earlier run`);
  });
  host.on('unsolicited', (message) => {
    console.log(`Dropped message '${message.text()}', which answers nothing of this run`);
  });
  try {
    for (let number = 1; number <= Number(tasks); number += 1) {
      const task = `task-${number}`;
      console.log(`Sending message '${task}'`);
      await host.send(task, { signal });
      console.log(`Received message '${await host.receive({ signal })}'`);
    }
  } finally {
    await host.close();
  }
}

main(terminationSignal()).catch(report);
