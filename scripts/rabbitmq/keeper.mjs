// Keeps a RabbitMQ for as long as its standard input is open, which ends with the process at the other end also when that is killed.
// It restarts the server, in the same folder, when a line comes by the socket whose path it tells.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const folder = mkdtempSync(join(tmpdir(), 'mq-rabbitmq-'));
const [port, distribution, epmdPort] = await freePorts(3);

/** All at one time, so that they differ. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function file(name, text, mode = 0o600) {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const environment = {
  PATH: process.env.PATH,
  LANG: 'C.UTF-8',
  HOME: folder,
  ERL_EPMD_ADDRESS: '127.0.0.1',
  ERL_EPMD_PORT: String(epmdPort),
  RUNNING_UNDER_SYSTEMD: 'true',
  RABBITMQ_NODENAME: `mq${port}@localhost`,
  RABBITMQ_CONFIG_FILE: file(
    'rabbitmq.conf',
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'log.console = true',
      'log.console.level = error',
      'log.file = false',
      'vm_memory_high_watermark.absolute = 512MB',
      'disk_free_limit.absolute = 1MB',
      '',
    ].join('\n'),
  ),
  RABBITMQ_MNESIA_BASE: join(folder, 'data'),
  RABBITMQ_LOG_BASE: join(folder, 'log'),
  RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'config'),
  RABBITMQ_ENABLED_PLUGINS_FILE: file('plugins', '[].\n'),
  RABBITMQ_CONF_ENV_FILE: file('environment', ''),
  RABBITMQ_DIST_PORT: String(distribution),
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
};
for (const name of ['data', 'log', 'config']) mkdirSync(join(folder, name));
file('.erlang.cookie', `mq${process.pid}${Math.random()}`, 0o400);

const output = { stdio: ['ignore', 'ignore', 'inherit'], env: environment };
/** The kernel ends it with this process, whatever ends that. */
const tied = (signal, command) => ['--pdeathsig', signal, command];
const epmd = spawn('setpriv', tied('KILL', '/usr/bin/epmd'), output);
const start = () => spawn('setpriv', tied('KILL', SERVER), output);
let server = start();
let isEnding = false;

async function end() {
  if (isEnding) return;
  isEnding = true;
  server.kill('SIGKILL');
  epmd.kill('SIGKILL');
  await Promise.all(
    [server, epmd].map((each) => each.exitCode ?? each.signalCode ?? once(each, 'exit')),
  );
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

async function rabbitmqctl(...parameters) {
  await once(spawn('/usr/lib/rabbitmq/bin/rabbitmqctl', parameters, output), 'exit');
}

/** Above it the broker takes no messages. */
function watermark(bytes) {
  return rabbitmqctl('set_vm_memory_high_watermark', 'absolute', bytes);
}

/** @param permissions - three patterns: what the user may configure, write and read */
async function user(name, password, ...permissions) {
  await rabbitmqctl('add_user', name, password);
  await rabbitmqctl('set_permissions', name, ...permissions);
}

async function obey(line) {
  const [word, ...parameters] = line.split(' ');
  if (word === 'stop') server.kill('SIGSTOP');
  else if (word === 'continue') server.kill('SIGCONT');
  else if (word === 'kill') {
    server.kill('SIGKILL');
    if ((server.exitCode ?? server.signalCode) === null) await once(server, 'exit');
  } else if (word === 'start') server = start();
  else if (word === 'alarm') await watermark('1MB');
  else if (word === 'calm') await watermark('512MB');
  else if (word === 'user') await user(...parameters);
}

const control = join(folder, 'control');
createServer((socket) => {
  socket.setEncoding('utf8').on('data', async (text) => {
    await obey(text.trim());
    socket.end('done\n');
  });
}).listen(control);

process.stdin.resume().on('end', end).on('error', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
process.send({ port, control });
process.disconnect();
