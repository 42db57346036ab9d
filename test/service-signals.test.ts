import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { runFixture } from './support/child.js';

describe('worker.run({ signals: true })', () => {
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

    it(`ends at once at a second ${signal}`, async () => {
      const child = runFixture('worker', names);
      await child.printed('ready');
      const requests = MessageQueue.open(names[0]);
      await requests.send('slow');
      await child.printed('working');
      child.kill(signal);
      await child.printed('stopping');
      child.kill(signal);
      const { code, stdout } = await child.end;
      assert.equal(code, signal === 'SIGINT' ? 130 : 143);
      assert.doesNotMatch(stdout, /stopped/);
      await requests.close();
    });
  }
});
