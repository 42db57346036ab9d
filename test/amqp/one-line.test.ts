import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { temporaryName } from 'posix-mqueue/testing';
import { urls } from '../support/broker.js';
import { Child } from '../support/child.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/several-machines.js', import.meta.url));

describe('examples/several-machines.ts', () => {
  const run = async (file: string): Promise<string> => {
    const { code, stdout, stderr } = await new Child(process.execPath, [file, temporaryName()]).end;
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it('prints the same by RabbitMQ, when one line is another', async () => {
    // The comment says how the other line is.
    const posix = readFileSync(EXAMPLE, 'utf8').replace(/^\/\/.*$/gmu, '');
    const amqp = posix
      .replace(
        "import { PosixTransport } from 'posix-mqueue/service';",
        "import { AmqpTransport } from 'posix-mqueue/amqp';",
      )
      .replace(
        'const transport = new PosixTransport();',
        `const transport = new AmqpTransport({ urls: '${urls}' });`,
      );
    assert.match(amqp, /new AmqpTransport\(/u);
    assert.doesNotMatch(amqp, /PosixTransport/u);
    const file = EXAMPLE.replace('.js', `-${process.pid}.mjs`);
    writeFileSync(file, amqp);
    try {
      const printed = await run(EXAMPLE);
      assert.match(printed, /^3 \* 3 is 9\n3\n2\n1\n30$/u);
      assert.equal(await run(file), printed);
    } finally {
      rmSync(file);
    }
  });
});
