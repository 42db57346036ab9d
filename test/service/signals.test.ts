import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { slowdown } from '../support/sanitizer.js';

describe('worker.run({ signals: true })', function () {
  this.timeout(20_000 * slowdown);

  let names: [requests: string, responses: string];

  beforeEach(() => {
    names = [temporaryName(), temporaryName()];
  });
  afterEach(() => {
    for (const name of names) MessageQueue.unlink(name);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends with code 0 at ${signal} while it waits`, async () => {
      const child = runFixture('worker', names);
      await child.printed('ready');
      child.kill(signal);
      const { code, stdout, stderr } = await child.end;
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /stopped/);
    });

    it(`finishes what is in hand at ${signal}`, async () => {
      const child = runFixture('worker', names);
      await child.printed('ready');
      const requests = MessageQueue.open(names[0]);
      const responses = MessageQueue.open(names[1]);
      await requests.send('slow');
      await child.printed('working');
      await requests.send('stays');
      child.kill(signal);
      await child.printed('stopping');
      child.write('finish\n');
      assert.equal((await responses.receive()).text(), 'slow processed');
      assert.equal((await child.end).code, 0);
      assert.equal((await requests.receive()).text(), 'stays');
      await Promise.all([requests.close(), responses.close()]);
    });

    /** Has a request in hand and was told to end. */
    async function stopping(): Promise<Child> {
      const child = runFixture('worker', names);
      await child.printed('ready');
      const requests = MessageQueue.open(names[0]);
      await requests.send('slow');
      await requests.close();
      await child.printed('working');
      child.kill(signal);
      await child.printed('stopping');
      return child;
    }

    it(`takes ${signal} that comes twice at one time as one`, async () => {
      const child = await stopping();
      child.kill(signal);
      child.write('finish\n');
      const { code, stdout } = await child.end;
      assert.equal(code, 0);
      assert.match(stdout, /stopped/);
    });

    it(`ends at once at a second ${signal} later`, async () => {
      const child = await stopping();
      const again = setInterval(() => child.kill(signal), 50);
      const { code, stdout } = await child.end;
      clearInterval(again);
      assert.equal(code, signal === 'SIGINT' ? 130 : 143);
      assert.doesNotMatch(stdout, /stopped/);
    });

    it(`ends at once at another signal after ${signal}`, async () => {
      const child = await stopping();
      const other = signal === 'SIGINT' ? 'SIGTERM' : 'SIGINT';
      child.kill(other);
      const { code, stdout } = await child.end;
      assert.equal(code, other === 'SIGINT' ? 130 : 143);
      assert.doesNotMatch(stdout, /stopped/);
    });

    it(`waits ${signal === 'SIGINT' ? 'five seconds' : 'as long as it is told'} for a handler that never ends`, async () => {
      const child = runFixture('worker', [...names, ...(signal === 'SIGINT' ? [] : ['50'])]);
      await child.printed('ready');
      const requests = MessageQueue.open(names[0]);
      await requests.send('endless');
      await requests.close();
      await child.printed('working');
      child.mark();
      child.kill(signal);
      await child.printed('given up');
      const { code, stdout, after } = await child.end;
      assert.equal(code, 0);
      assert.match(stdout, /stopped/);
      if (signal === 'SIGINT') assert.ok(after >= 4999, `${after} ms`);
    });
  }
});
