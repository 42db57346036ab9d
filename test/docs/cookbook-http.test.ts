import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import type { Child } from '../support/child.js';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';
import { ALL, endsWell, recipe, WAITS, withoutSanitizer } from '../support/recipe.js';

const ANY_PORT = 'export PORT=0\n';

describe('the cookbook: HTTP', function () {
  this.timeout(60_000);
  before(withoutSanitizer);
  async function serverOf(files: PageFiles): Promise<{ server: Child; port: string }> {
    const server = files.terminal('terminal-1', (text) => ANY_PORT + text);
    const [, port = ''] = await server.shown(/^Listening on .*:(\d+)$/m);
    return { server, port };
  }

  function ask(port: string, number: unknown): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}/api/factors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ number }),
    });
  }

  it('fastify: a worker answers, also one that comes when the server has been told to end', async () => {
    const files = recipe('fastify');
    const { server, port } = await serverOf(files);
    const queue = MessageQueue.open(ownName('/factors'), { access: 'write' });
    files.use('server.mjs');
    files.use('factors-worker.mjs');
    const worker = files.terminal('terminal-2');
    await worker.shown(WAITS);
    const asked = files.terminal('terminal-3', (text) => text.replace('3000', port));
    assert.equal(`${await endsWell(asked)}\n`, files.text('printed'));
    assert.equal((await ask(port, 'many')).status, 400);
    worker.kill('SIGTERM');
    await endsWell(worker);

    const noticed = once(queue, 'readable');
    const answer = ask(port, 77);
    await noticed;
    server.kill('SIGTERM');
    const next = files.terminal('terminal-2');
    const response = await answer;
    assert.deepEqual([response.status, await response.text()], [200, '{"factors":[7,11]}']);
    await endsWell(server);
    next.kill('SIGTERM');
    await endsWell(next);
    await queue.close();
  });

  it('fastify: 503 while the queue is full', async () => {
    const files = recipe('fastify');
    const { server, port } = await serverOf(files);
    const queue = MessageQueue.open(ownName('/factors'), { access: 'write' });
    while (queue.trySend('')) assert.ok(queue.currentMessages <= queue.maxMessages);
    const response = await ask(port, 77);
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '1']);
    assert.equal(await response.text(), '{"error":"busy"}');
    await queue.close();
    server.kill('SIGTERM');
    await endsWell(server);
  });

  it('monitoring: counts of the machine and of a program', async () => {
    const files = recipe('monitoring');
    files.use('watched-worker.mjs');
    const worker = files.terminal('terminal-3', (text) => ANY_PORT + text);
    const [, address = ''] = await worker.shown(/^http:\/\/localhost(.*)$/m);
    const queue = MessageQueue.open(ownName('/watched'), { access: 'write' });
    for (const job of ['{"id":1}', 'null']) await queue.send(job);
    await queue.close();
    await worker.erred(/null/);
    const metrics = await fetch(`http://127.0.0.1${address}`);
    const text = await metrics.text();
    const lines = text.split('\n');
    assert.ok(
      lines.includes('worker_processed_total 1') && lines.includes('worker_failed_total 1'),
    );
    assert.ok(
      lines.includes(`posix_mqueue_queue_messages{queue="${ownName('/watched')}"} 0`),
      text,
    );

    const command = files.terminal('terminal-1', (each) => each.replace(':9464', ':0'));
    const [, port = ''] = await command.erred(/:(\d+)\/metrics/);
    const asked = files.terminal('terminal-2', (each) => each.replace('9464', port));
    assert.match(await endsWell(asked), /^posix_mqueue_queue_capacity_messages{.*} 10$/m);
    command.kill('SIGTERM');
    worker.kill('SIGTERM');
    assert.equal((await command.end).signal, 'SIGTERM');
    assert.equal((await worker.end).code, 0);
  });

  it('are all run here', () => {
    assert.deepEqual(PageFiles.unused(ALL.http), []);
  });
});
