import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../support/child.js';

describe('a lock that says that a process lives', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mq-lock-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [what, program] of [
    [
      'of a spool file',
      `import { bridge } from 'posix-mqueue/service';
       const one = { queue: '/a', transport: new MemoryTransport(), ...sizes };
       const link = bridge(one, { ...one, transport: new MemoryTransport() }, { spool: process.argv[1] });
       link.once('ready', () => link.close());
       await link.run();`,
    ],
    [
      'of spilled bodies',
      `import { RpcHost } from 'posix-mqueue/rpc';
       const host = new RpcHost({ requests: '/a', transport: new MemoryTransport(), spill: true });
       await host.open();
       await host.close();`,
    ],
  ] as const) {
    it(`${what} is had in a process that opens no queue of the kernel`, async () => {
      const code = `
        import { MemoryTransport } from 'posix-mqueue/testing';
        const sizes = { create: true, maxMessages: 1, maxMessageSize: 64 };
        ${program}
        console.log('done');`;
      const parameters = ['--input-type=module', '-e', code, join(folder, 'spool')];
      const { stdout, stderr } = await new Child(process.execPath, parameters).end;
      assert.deepEqual([stdout, stderr], ['done', '']);
    });
  }
});
