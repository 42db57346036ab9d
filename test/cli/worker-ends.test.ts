import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { isAlive } from '../support/alive.js';
import { Child } from '../support/child.js';
import { until } from '../support/code.js';
import { COMMAND } from '../support/command.js';
import { Gates } from '../support/gates.js';
import { endBy, endedBy, WorkerQueues } from '../support/program-worker.js';
import { runsOthers } from '../support/sanitizer.js';

/** What it says at the first signal. */
const HEARD = /A second signal ends it/;

describe('mqueue worker, when it ends', function () {
  // Each starts the command several times.
  this.timeout(20_000);

  before(function () {
    // Reason: ThreadSanitizer is preloaded into the programs too, and shells crash of it.
    if (!runsOthers) this.skip();
  });

  let queues: WorkerQueues;
  let gates: Gates;
  beforeEach(() => {
    queues = new WorkerQueues();
    gates = new Gates();
  });
  afterEach(async () => {
    await queues.close();
    gates.remove();
  });

  /** Programs that end of nothing but SIGKILL, in a worker that has one in hand: their numbers. */
  async function stubborn(): Promise<[worker: Child, program: number, child: number]> {
    const child = `trap "" TERM; ${gates.reach('child')}; while :; do sleep 0.05; done`;
    const worker = await queues.start(`sh -c '${child}' & ${gates.wait('a')}`);
    await queues.requests.send('a');
    return [worker, await gates.reached('a'), await gates.reached('child')];
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`finishes what it has in hand at ${signal}, and takes no more`, async () => {
      const child = await queues.start(`${gates.wait('a')}; cat`, ['--concurrency', '2']);
      await queues.requests.send('a');
      await gates.reached('a');
      child.kill(signal);
      await child.erred(HEARD);
      await queues.requests.send('b');
      gates.open('a');
      assert.equal(await queues.answer(), 'a');
      await endedBy(child, signal);
      assert.equal(queues.requests.tryReceive()?.text(), 'b');
    });
  }

  it('ends at once at a second signal, and leaves nothing behind', async () => {
    const [worker, ...programs] = await stubborn();
    worker.kill('SIGTERM');
    await worker.erred(HEARD);
    worker.kill('SIGINT');
    await endedBy(worker, 'SIGTERM');
    await until(() => !programs.some(isAlive), 'an end of its programs');
  });

  it('leaves nothing behind when it is killed', async () => {
    const [worker, ...programs] = await stubborn();
    await endBy(worker, 'SIGKILL');
    await until(() => !programs.some(isAlive), 'an end of its programs');
  });

  it('ends the program that goes on', async () => {
    const script = `${gates.reach('a')}; while read -r line; do echo "$line"; done; ${gates.reach('end')}`;
    const worker = await queues.start(script, ['--lines']);
    assert.equal(await queues.ask('a'), 'a');
    await endBy(worker, 'SIGTERM');
    assert.ok(gates.isReached('end'));
  });

  it('waits for room for a response, and ends at once at a second signal', async () => {
    await queues.responses.send('1');
    await queues.responses.send('2');
    const worker = await queues.start(`${gates.reach('a')}; cat`);
    await queues.requests.send('a');
    await gates.reached('a');
    worker.kill('SIGTERM');
    await worker.erred(HEARD);
    for (const left of ['1', '2', 'a']) assert.equal(await queues.answer(), left);
    await endedBy(worker, 'SIGTERM');
    await queues.responses.send('1');
    await queues.responses.send('2');
    const second = await queues.start(`${gates.reach('b')}; cat`);
    await queues.requests.send('b');
    await gates.reached('b');
    second.kill('SIGTERM');
    await second.erred(HEARD);
    second.kill('SIGINT');
    await endedBy(second, 'SIGTERM');
  });

  describe('on a terminal', () => {
    before(function () {
      // Reason: it needs script(1), of util-linux, for a terminal.
      if (spawnSync('script', ['--version']).status !== 0) this.skip();
    });

    /** A worker on a terminal of its own, with a request in hand. */
    async function onTerminal(): Promise<Child> {
      const script = `${gates.wait('a')}; cat`;
      const command = `exec ${process.execPath} ${COMMAND} worker ${queues.names.join(' ')} -- sh -c '${script}'`;
      const terminal = new Child('script', ['-qec', command, '/dev/null']);
      await queues.requests.send('a');
      await gates.reached('a');
      return terminal;
    }

    it('finishes what it has in hand at Ctrl-C', async () => {
      const terminal = await onTerminal();
      terminal.write('\u0003');
      await terminal.printed(
        '^Cmqueue: finishes 1 request in hand. A second signal ends it at once',
      );
      gates.open('a');
      assert.equal(await queues.answer(), 'a');
      // As a shell has it for SIGINT.
      assert.equal((await terminal.end).code, 130);
    });

    it('finishes what it has in hand when its terminal is closed', async () => {
      const terminal = await onTerminal();
      await endBy(terminal, 'SIGKILL');
      gates.open('a');
      assert.equal(await queues.answer(), 'a');
    });
  });
});
