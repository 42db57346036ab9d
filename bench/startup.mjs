// How long the command takes until it has done nothing, beside a bare Node: node bench/startup.mjs [rounds]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './harness/statistics.mjs';

const rounds = Number(process.argv[2] ?? 21);
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const programs = {
  'node -e 0': ['-e', '0'],
  'mqueue --version': [command, '--version'],
  'mqueue --help': [command, '--help'],
  'mqueue create --help': [command, 'create', '--help'],
};

const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, args] of Object.entries(programs)) {
    const begun = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    times[name].push(performance.now() - begun);
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
  }
}

const [[, bare]] = Object.entries(times);
for (const [name, all] of Object.entries(times)) {
  const over = median(all.map((time, round) => time - bare[round]));
  console.log(`${name.padEnd(22)} ${median(all).toFixed(0)} ms, ${over.toFixed(0)} over node -e 0`);
}
