import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { Child, runFixture } from '../support/child.js';
import { exists } from '../support/exists.js';
import { canManage, Manager } from '../support/manager.js';

/** Microseconds, so few that many would be told in the time of a test. */
const SHORT = '20000';
/** As its fixtures ask for. */
const sizes = { maxMessages: 4, maxMessageSize: 64 };

describe('run({ notify: true })', () => {
  let manager: Manager;

  before(function () {
    // Reason: node-unix-socket has no binary for the processor that is emulated.
    if (!canManage) this.skip();
  });
  beforeEach(() => {
    manager = new Manager();
  });
  afterEach(() => manager.close());

  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
    return runFixture('notifies', args, {
      env: { ...process.env, NOTIFY_SOCKET: manager.path, ...env },
    });
  }

  async function stop(child: Child): Promise<void> {
    child.kill('SIGTERM');
    const { code, stderr } = await child.end;
    assert.deepEqual([code, stderr], [0, '']);
  }

  it('tells when the queues are open, when no more is taken, and what was done', async () => {
    const name = temporaryName();
    const child = start(['worker', name]);
    await manager.heard('READY=1');
    const queue = MessageQueue.open(name);
    await queue.send('one');
    await child.printed('one');
    await queue.close();
    await stop(child);
    await manager.heard('STOPPING=1');
    assert.deepEqual(manager.states, ['READY=1', 'STOPPING=1']);
    assert.match(
      manager.told.at(0) ?? '',
      new RegExp(`\nSTATUS=${name}: received 0, processed 0,`),
    );
    assert.match(manager.told.at(-1) ?? '', /: received 1, processed 1, failed 0,/);
  });

  it('tells the watchdog again and again', async () => {
    const child = start(['worker', temporaryName()], { WATCHDOG_USEC: SHORT });
    await manager.heard('WATCHDOG=1', 3);
    assert.equal(manager.states[0], 'READY=1');
    await stop(child);
  });

  it('tells the watchdog that is meant for it', async () => {
    const path = fileURLToPath(new URL('../fixtures/notifies.js', import.meta.url));
    // A shell knows its own id, and keeps it when it becomes the service.
    const command = 'WATCHDOG_PID=$$ exec "$0" "$@"';
    const env = { ...process.env, NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: SHORT };
    const args = ['-c', command, process.execPath, path, 'worker', temporaryName()];
    const child = new Child('sh', args, { env });
    await manager.heard('WATCHDOG=1', 3);
    await stop(child);
  });

  it("leaves another process's watchdog alone", async () => {
    const name = temporaryName();
    const child = start(['worker', name], { WATCHDOG_USEC: SHORT, WATCHDOG_PID: '1' });
    const other = start(['worker', temporaryName()], { WATCHDOG_USEC: SHORT });
    await manager.heard('READY=1', 2);
    // By now the other one has told of itself three times at the same pace.
    await manager.heard('WATCHDOG=1', 6);
    assert.ok(!manager.told.some((each) => each.includes(name) && each.startsWith('WATCHDOG')));
    await Promise.all([stop(child), stop(other)]);
  });

  it('goes on where the manager is gone, and warns once', async () => {
    const name = temporaryName();
    const NOTIFY_SOCKET = `${manager.path}-gone`;
    const child = start(['worker', name], { NOTIFY_SOCKET, WATCHDOG_USEC: SHORT });
    await child.erred(/MQ_NOT_NOTIFIED/);
    const queue = MessageQueue.open(name);
    for (const text of ['one', 'two', 'three']) await queue.send(text);
    await child.printed('three');
    await queue.close();
    child.kill('SIGTERM');
    const { code, stderr } = await child.end;
    assert.equal(code, 0);
    assert.equal(stderr.match(/MQ_NOT_NOTIFIED/g)?.length, 1, stderr);
    assert.ok(stderr.includes(`NOTIFY_SOCKET='${NOTIFY_SOCKET}'`), stderr);
  });

  it('tells nobody where no service manager has started it', async () => {
    const queue = temporaryQueue(sizes);
    const child = start(['worker', queue.name], { NOTIFY_SOCKET: '', WATCHDOG_USEC: SHORT });
    await queue.send('one');
    await child.printed('one');
    await stop(child);
    assert.deepEqual(manager.told, []);
  });

  it("a queue's name cannot tell anything else", async () => {
    const name = `${temporaryName()}\nMAINPID=1`;
    const child = start(['worker', name]);
    await manager.heard('READY=1');
    await stop(child);
    MessageQueue.unlink(name);
    assert.deepEqual(manager.states, ['READY=1', 'STOPPING=1']);
  });

  for (const kind of ['rpc', 'bridge', 'pool']) {
    it(`a ${kind} tells too`, async () => {
      const [from, to] = [temporaryQueue(sizes), temporaryQueue(sizes)];
      const child = start([kind, from.name, to.name], { WATCHDOG_USEC: SHORT });
      await manager.heard('READY=1');
      await manager.heard('WATCHDOG=1', 2);
      await stop(child);
      await manager.heard('STOPPING=1');
      assert.equal(manager.states.filter((each) => each === 'READY=1').length, 1);
    });
  }

  it('is an error unless true or false, before anything is opened', async () => {
    const requests = temporaryName();
    const worker = new Worker({ requests }, () => undefined);
    await assert.rejects(worker.run({ notify: 'yes' as never }), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: /notify/,
    });
    assert.equal(exists(requests), false);
  });
});
