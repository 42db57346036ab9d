import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { encodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { printedBy, startMqueue } from '../support/command.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(4);
const DEPTH = 6;

describe('kill -9 of mqueue requeue', function () {
  this.timeout((20_000 + RUNS * 3000) * slowdown);

  it(`${RUNS} times: no dead letter is missing`, async () => {
    const dead = temporaryQueue({ maxMessages: DEPTH, maxMessageSize: 256 });
    const jobs = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const seen = new Map<number, number>();
    const reader = MessageQueue.open(jobs.name, { access: 'read' });
    const reading = (async () => {
      for await (const message of reader) {
        const number = Number(message.text());
        seen.set(number, (seen.get(number) ?? 0) + 1);
        // So that it is killed while it waits for room, and while it does not.
        if (number % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    let sent = 0;
    const fill = (): void => {
      while (dead.currentMessages < DEPTH) {
        const why = { reason: 'attempts', from: jobs.name };
        dead.trySend(encodeDeadLetter(why, Buffer.from(String(sent))));
        sent += 1;
      }
    };
    for (let run = 0; run < RUNS; run += 1) {
      fill();
      const child = startMqueue(['requeue', dead.name]);
      await child.line();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill('SIGKILL');
      await child.end;
    }
    // One looks for what the others have left before there is any.
    await printedBy(['requeue', dead.name]);
    while (jobs.currentMessages > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await reader.close();
    await reading;
    const twice = [...seen.values()].filter((times) => times > 1).length;
    report(`kill -9 of mqueue requeue, ${RUNS} times`, sent - seen.size, sent);
    report(`  sent twice or more: ${twice}`, 0, sent);
    assert.equal(seen.size, sent, 'not all came');
    assert.ok(twice <= RUNS, `${twice} came twice`);
    assert.deepEqual(leaseFiles(dead.name), []);
  });
});
