// npm run coverage: what of lib/ the tests reach, those with RabbitMQ too. Prints a table, writes coverage/index.html, and fails
// where less is reached than .c8rc.json asks for.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const collected = join(root, 'coverage', 'tmp');
const BROKER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

function run(command, parameters, env = process.env) {
  return spawnSync(command, parameters, { cwd: root, stdio: 'inherit', env }).status === 0;
}

/** What has nothing but types is not there when it runs. */
function typesOnly() {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.js'))
    .filter((file) => {
      const code = readFileSync(join(root, 'dist', file), 'utf8');
      return code.replaceAll(/^\/\/.*$/gmu, '').trim() === 'export {};';
    })
    .map((file) => file.slice(0, -'.js'.length));
}

rmSync(collected, { recursive: true, force: true });
const env = { ...process.env, NODE_V8_COVERAGE: collected };
const hasBroker = existsSync(BROKER);
let passed = run('npx', ['mocha', '--reporter', 'dot', ...process.argv.slice(2)], env);
if (hasBroker) passed = run('npm', ['run', 'test:amqp', '--', '--reporter', 'dot'], env) && passed;
else console.error('*** Without lib/amqp: RabbitMQ is not there. apt-get install rabbitmq-server');

const left = typesOnly().flatMap((file) => [`lib/${file}.ts`, `dist/${file}.js`]);
const exclude = [...left, ...(hasBroker ? [] : ['lib/amqp/**', 'dist/amqp/**'])];
const reached = run('npx', ['c8', 'report', ...exclude.flatMap((file) => ['--exclude', file])]);
process.exitCode = passed && reached ? 0 : 1;
