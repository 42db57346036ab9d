import assert from 'node:assert/strict';
import { canUnshare, runUnshared } from '../support/namespace.js';
import { slowdown } from '../support/sanitizer.js';

const FOLDER = '/dev/shm/posix-mqueue-$(id -u)';

/** What both modules begin with. */
const BENCH = `
  import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
  import { MessageQueue, raw } from 'posix-mqueue';
  import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
  const folder = '/dev/shm/posix-mqueue-' + process.geteuid();
  const names = { requests: '/large', codec: raw, maxMessages: 2, maxMessageSize: 512, spill: true };
  const told = (promise) =>
    promise.then(
      (body) => String(body?.length),
      ({ name, code, message }) => [name, code, message].join(' '),
    );
`;

describe('shared memory for spilled bodies', function () {
  this.timeout(30_000 * slowdown);

  before(function () {
    // Reason: /dev/shm is another one in a namespace, which this user may not make.
    if (!canUnshare()) this.skip();
  });

  it('that is full refuses one body with the remedy, either way, and has room for the next', () => {
    const output = runUnshared(
      'mount -t tmpfs -o size=1m none /dev/shm',
      `${BENCH}
       const [large, small] = [2 * 2 ** 20, 100_000].map((size) => Buffer.alloc(size, 'ab'));
       const worker = new RpcWorker(names, (body) => (body.length === 1 ? large : body));
       void worker.run();
       const host = new RpcHost(names);
       const results = [];
       for (const body of [large, small, Buffer.alloc(1), small]) {
         results.push(await told(host.request(body)), readdirSync(folder).length);
       }
       const { open } = host.stats();
       await host.close();
       await worker.close();
       const queue = MessageQueue.open('/large');
       const left = [queue.currentMessages, readdirSync(folder)];
       console.log(JSON.stringify({ results, open, left }));
       process.exit();`,
    );
    const { results, open, left } = JSON.parse(output) as Record<string, (string | number)[]>;
    const full =
      "A body of 2097152 bytes for queue '/large' could not be put into shared memory (ENOSPC): " +
      '/dev/shm is full. Make it larger (docker run --shm-size), or have fewer requests under way';
    // With each the one file that says that the host lives.
    const [host, worker] = [`MessageQueueError ENOSPC ${full}`, `RpcError ENOSPC ${full}`];
    assert.deepEqual(results, [host, 1, '100000', 1, worker, 1, '100000', 1]);
    assert.deepEqual([open, left], [0, [0, []]]);
  });

  it('that is full when a host begins is told, and tried again with the next request', () => {
    const output = runUnshared(
      'mount -t tmpfs -o size=1m none /dev/shm',
      `${BENCH}
       try { writeFileSync('/dev/shm/others', Buffer.alloc(2 * 2 ** 20)); } catch {}
       const host = new RpcHost(names);
       const results = [await told(host.request(Buffer.alloc(1))), readdirSync(folder).length];
       const worker = new RpcWorker(names, (body) => body);
       void worker.run();
       rmSync('/dev/shm/others');
       results.push(await told(host.request(Buffer.alloc(1000))));
       await host.close();
       await worker.close();
       console.log(JSON.stringify([...results, readdirSync(folder).length]));
       process.exit();`,
    );
    const [failed, ...others] = JSON.parse(output) as (string | number)[];
    const told = /^MessageQueueError ENOSPC The lock .* of queue '\/large' could not .*--shm-size/;
    assert.match(String(failed), told);
    assert.deepEqual(others, [0, '1000', 0]);
  });

  for (const [what, prepare, code, remedy] of [
    ["another user's", `mkdir -m 700 ${FOLDER} && chown 12345 ${FOLDER}`, 'EACCES', 'removed'],
    ['open to others', `mkdir -m 755 ${FOLDER}`, 'EACCES', 'removed'],
    ['a link', `mkdir -m 700 /dev/shm/a && ln -s a ${FOLDER}`, 'EACCES', 'removed'],
    ['a file', `touch ${FOLDER} && chmod 600 ${FOLDER}`, 'EACCES', 'removed'],
    ['not to be made', 'mount -o remount,ro /dev/shm', 'EROFS', 'Mount a tmpfs'],
  ] as const) {
    it(`whose folder is ${what} is refused by both sides, and no request is lost`, () => {
      const output = runUnshared(
        `mount -t tmpfs none /dev/shm && ${prepare}`,
        `${BENCH}
         const queue = MessageQueue.open('/large', { create: true, maxMessages: 2, maxMessageSize: 512 });
         await queue.send('MQ1 {}\\n1\\n');
         const look = () => {
           const status = lstatSync(folder, { throwIfNoEntry: false });
           const inside = status?.isFile() === false ? readdirSync(folder) : [];
           return [readdirSync('/dev/shm'), status?.uid, status?.mode, inside];
         };
         const before = JSON.stringify(look());
         const results = [];
         const host = new RpcHost(names);
         results.push(await told(host.request(Buffer.alloc(1))));
         await host.close();
         results.push(await told(new RpcWorker(names, (body) => body).run()));
         results.push(queue.currentMessages, JSON.stringify(look()) === before);
         console.log(JSON.stringify(results));
         process.exit();`,
      );
      const [host, worker, messages, untouched] = JSON.parse(output) as (string | number)[];
      assert.equal(worker, host);
      assert.match(
        String(host),
        new RegExp(`^MessageQueueError ${code} .*'/large'.*/dev/shm/posix-mqueue-`),
      );
      assert.match(String(host), new RegExp(`${remedy}.*leave 'spill' out$`));
      assert.deepEqual([messages, untouched], [1, true]);
    });
  }
});
