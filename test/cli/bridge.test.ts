import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { mqueue, startMqueue } from '../support/command.js';

describe('mqueue bridge', () => {
  it('passes messages on until a signal ends it, and tells how many', async () => {
    const from = temporaryQueue({ maxMessages: 2, maxMessageSize: 64 });
    const to = temporaryQueue({ maxMessages: 2, maxMessageSize: 64 });
    const child = startMqueue(['bridge', from.name.slice(1), to.name, '--json']);
    await child.erred(/both queues are open/);
    await from.send('a', { priority: 7 });
    const { data, priority } = await to.receive();
    assert.deepEqual([data.toString(), priority], ['a', 7]);
    child.kill('SIGINT');
    const { signal, stdout, stderr } = await child.end;
    assert.equal(signal, 'SIGINT', stderr);
    assert.equal((JSON.parse(stdout) as { sent: number }).sent, 1);
    assert.match(stderr, /received 1, sent 1/);
  });

  it('makes the queues where it is told to', async () => {
    const [from, to] = [temporaryName(), temporaryName()];
    const parameters = ['bridge', from, to, '--create', '--depth', '1', '--size', '32'];
    const child = startMqueue(parameters);
    await child.erred(/both queues are open/);
    await using source = MessageQueue.open(from);
    await using sink = MessageQueue.open(to);
    await source.send('a');
    assert.equal((await sink.receive()).text(), 'a');
    assert.deepEqual([sink.maxMessages, sink.maxMessageSize], [1, 32]);
    child.kill('SIGTERM');
    assert.equal((await child.end).signal, 'SIGTERM');
    for (const name of [from, to]) MessageQueue.unlink(name);
  });

  for (const command of ['bridge', 'tee']) {
    it(`says that no broker is reached, and ends by a signal: ${command}`, async () => {
      const from = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
      // Of a port that nobody listens on.
      const child = startMqueue([command, from.name, 'amqp://127.0.0.1:1#there']);
      await child.erred(/^mqueue: waits for the broker of there, which is not reached/m);
      child.kill('SIGTERM');
      assert.equal((await child.end).signal, 'SIGTERM');
    });
  }

  for (const [what, args, code, text] of [
    [
      'a queue that is not there',
      ['/mq-test-none-from', '/mq-test-none-to'],
      1,
      /^mqueue: there is no queue \/mq-test-none-from/,
    ],
    ['one queue for both', ['/a', '/a'], 2, /another queue/],
    ['a broker without a queue', ['/a', 'amqp://localhost'], 2, /queue behind #/],
    ['no broker in the environment', ['/a', 'amqp:#b'], 2, /AMQP_URL=/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { AMQP_URL: _broker, ...env } = process.env;
      const ended = await mqueue(['bridge', ...args], '', { env });
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, text);
    });
  }
});
