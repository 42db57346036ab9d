import assert from 'node:assert/strict';
import { temporaryName } from 'posix-mqueue/testing';
import { runExample, type Child } from '../support/child.js';
import { exists } from '../support/exists.js';

describe('The example of a Nest application', function () {
  this.timeout(30_000);

  const serve = async (requests: string): Promise<Child> => {
    const server = runExample('nest', ['server', requests]);
    await server.shown(/Nest microservice successfully started/);
    return server;
  };

  it('has requests, values, events and errors go over a queue, and ends at SIGTERM', async () => {
    const requests = temporaryName();
    const server = await serve(requests);
    const client = await runExample('nest', ['client', requests, '2']).end;
    const lines = ['2 for 4', 'apple 1 of 2', 'apple 2 of 2', 'refused: NO_FRUIT'];
    assert.deepEqual([client.stdout.split('\n'), client.stderr, client.code], [lines, '', 0]);
    await server.shown(/delivered: apple/);
    server.kill('SIGTERM');
    const { signal, stderr } = await server.end;
    assert.deepEqual([signal, stderr], ['SIGTERM', '']);
    assert.equal(exists(requests), false);
  });
});
