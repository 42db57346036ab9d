import assert from 'node:assert/strict';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { urls } from '../support/broker.js';
import { mqueue, startMqueue } from '../support/command.js';

describe('mqueue bridge and a broker', () => {
  it('passes messages there and back', async () => {
    const [from, back] = [1, 2].map(() => temporaryQueue({ maxMessages: 2, maxMessageSize: 64 }));
    assert.ok(from !== undefined && back !== undefined);
    const remote = temporaryName();
    const env = { ...process.env, AMQP_URL: urls };
    const there = startMqueue([
      'bridge',
      from.name,
      `${urls}#${remote}`,
      '--create',
      '--size',
      '64',
    ]);
    await there.erred(/both queues are open/);
    const home = startMqueue(['bridge', `amqp:#${remote}`, back.name], { env });
    await home.erred(/both queues are open/);
    await from.send('a', { priority: 32_767 });
    const { data, priority } = await back.receive();
    assert.deepEqual([data.toString(), priority], ['a', 32_767]);
    for (const child of [there, home]) {
      child.kill('SIGINT');
      const { signal, stderr } = await child.end;
      assert.equal(signal, 'SIGINT');
      assert.match(stderr, /received 1, sent 1/);
    }
    const transport = new AmqpTransport({ urls });
    await transport.unlink(remote);
    await transport.close();
  });

  it('ends with what is wrong', async () => {
    const from = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const missing = await mqueue(['bridge', from.name, `${urls}#${temporaryName()}`]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^mqueue: .*(?:--create|no queue)/m);
    const wrong = urls.replace('guest:guest', 'guest:not-it');
    const refused = await mqueue(['bridge', from.name, `${wrong}#a`]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^mqueue: .*(?:password|credentials)/m);
    assert.doesNotMatch(refused.stderr, /not-it/);
  });
});
