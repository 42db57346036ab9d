// Each entry can be imported in a project that installed nothing else.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const names = {
  'posix-mqueue': 'MessageQueue',
  'posix-mqueue/inspect': 'describeQueues',
  'posix-mqueue/rxjs': 'fromQueue',
  'posix-mqueue/rpc': 'RpcHost',
  'posix-mqueue/service': 'Worker',
  'posix-mqueue/testing': 'MemoryTransport',
};
/** For users of what it is for, who have that installed. */
const needing = {
  'posix-mqueue/amqp': 'npm install amqplib amqp-connection-manager',
  'posix-mqueue/nest': 'npm install @nestjs/microservices',
  'posix-mqueue/opentelemetry': '@opentelemetry/api',
};

const require = createRequire(import.meta.url);
const { exports } = require('posix-mqueue/package.json');
const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
assert.deepEqual(
  entries.map((entry) => `posix-mqueue${entry.slice(1)}`).toSorted(),
  [...Object.keys(names), ...Object.keys(needing)].toSorted(),
);
for (const [entry, name] of Object.entries(names)) {
  const module = await import(entry);
  assert.equal(typeof module[name], 'function', `${entry} has ${name}`);
  assert.equal(require(entry)[name], module[name], `${entry} by require()`);
}
for (const [entry, missing] of Object.entries(needing)) {
  await assert.rejects(import(entry), ({ code, message }) => {
    // Yarn's Plug'n'Play has a code of its own.
    return /^(?:ERR_)?MODULE_NOT_FOUND$/.test(code) && message.includes(missing);
  });
}
