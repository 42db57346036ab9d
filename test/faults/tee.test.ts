import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { killAgainAndAgain } from '../support/killed-bridge.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(3);
const SIZES = { maxMessages: 4, maxMessageSize: 64 };

describe('kill -9 of a tee with redelivery', function () {
  this.timeout((20_000 + RUNS * 3000) * slowdown);

  it('no message is missing in any of its queues', async () => {
    const from = temporaryQueue(SIZES);
    const to = [temporaryQueue(SIZES), temporaryQueue(SIZES)];
    // How often each came: in each queue, and at least in all of them.
    const counts = to.map(() => new Map<number, number>());
    const inAll = new Map<number, number>();
    const readers = to.map(({ name }) => MessageQueue.open(name, { access: 'read' }));
    const reading = readers.map(async (reader, index) => {
      const seen = counts[index] as Map<number, number>;
      for await (const message of reader) {
        const number = Number(message.text());
        seen.set(number, (seen.get(number) ?? 0) + 1);
        inAll.set(number, Math.min(...counts.map((each) => each.get(number) ?? 0)));
        if (inAll.get(number) === 0) inAll.delete(number);
        // One of them is slow now and then.
        if (number % 20 === index) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const { kills, sent } = await killAgainAndAgain({
      from,
      start: () => runFixture('tees', [from.name, ...to.map(({ name }) => name)]),
      life: () => Math.random() * 50,
      seen: inAll,
      enough: (killed) => killed >= RUNS,
    });
    await Promise.all(readers.map((reader) => reader.close()));
    await Promise.all(reading);
    report(`kill -9 of a tee, ${kills} times`, sent - inAll.size, sent);
    for (const seen of counts) {
      assert.equal(seen.size, sent);
      const twice = [...seen.values()].filter((times) => times > 1).length;
      // The one in hand.
      assert.ok(twice <= kills, `${twice} came twice`);
    }
    assert.deepEqual(leaseFiles(from.name), []);
  });
});
