// Starts a RabbitMQ of its own, runs the tests of test/amqp with it, and stops it. What follows goes to mocha.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startBroker } from './rabbitmq/broker.mjs';

const broker = await startBroker();
const parameters = process.argv.slice(2);
const files = parameters.some((each) => each.endsWith('.js')) ? [] : ['out/test/amqp/**/*.test.js'];
const mocha = spawn(
  process.execPath,
  [
    'node_modules/mocha/bin/mocha.js',
    '--no-config',
    '--forbid-only',
    '--fail-zero',
    '--timeout',
    '20000',
    ...files,
    ...parameters,
  ],
  { stdio: 'inherit', env: { ...process.env, AMQP_URL: broker.url, AMQP_BROKER: broker.control } },
);
const [code, signal] = await once(mocha, 'exit');
await broker.stop();
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = code;
