// The floor plan of lib/: an import points downwards, and a door (lib/*.ts) does nothing but re-export. Errors and
// warnings are made in base/ alone, so that their texts are found, and read alike.
// Part of `npm run lint`, which finds circles within a room too.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIB = fileURLToPath(new URL('../lib/', import.meta.url));

/** From the ground up: a room knows those below it. */
const FLOORS = [
  'base',
  'native',
  'codec',
  'rpc/envelope',
  'queue/wait',
  'queue/line',
  'queue/reopen',
  'queue',
  'queue/use',
  'queue/leases',
  'streams',
  'message-queue',
  'inspect',
  'inspect/system',
  'inspect/metrics',
  'rxjs',
  'transport',
  'service/notify',
  'service',
  'service/program',
  'service/spool',
  'service/bridge',
  'service/requeue',
  'rpc/spill',
  'rpc/wire',
  'rpc',
  'service/pool',
  'testing/contract',
  'amqp',
  'testing',
  'inspect/garbage',
  'opentelemetry',
  'nest',
  'doors',
  'cli/base',
  'cli/terminal',
  'cli/arguments',
  'cli/messages',
  'cli/services',
  'cli/top',
  'cli/bench',
  'cli/commands',
  'cli',
];

const STATEMENT = /^(?:import|export)\b[^;]*?\bfrom '(?<module>[^']+)';/gmu;
const RE_EXPORT = /^export [^;]*? from '[^']+';$/gmu;
const COMMENT = /\/\*.*?\*\/|\/\/.*$/gmsu;

/** Who alone may write what. `AbortError` and `InvalidMessageError` have their text from their class. */
const MAKERS = [
  {
    what: /\bnew (?:MessageQueueError|(?:Type|Range)?Error)\((?!\))/u,
    room: /^base\/(?:error-classes|amqp-errors|argument-errors|bridge-errors|lease-errors|nest-errors|package-errors|pool-errors|program-errors|queue-errors|requeue-errors|spill-errors|warnings)\.ts$/u,
    where: 'lib/base/queue-errors.ts or lib/base/argument-errors.ts',
  },
  {
    what: /\bemitWarning\(|\bemit\('warning'/u,
    room: /^base\/warnings\.ts$/u,
    where: 'lib/base/warnings.ts',
  },
];

const problems = [];

function roomOf(file) {
  const room = dirname(file);
  return room === '.' ? 'doors' : room;
}

function importsOf(file, text) {
  return [...text.matchAll(STATEMENT)]
    .map(({ groups }) => groups.module)
    .filter((module) => module.startsWith('.'))
    .map((module) => join(dirname(file), module).replace(/\.js$/u, '.ts'));
}

function checkDirection(file, imported) {
  const [from, to] = [roomOf(file), roomOf(imported)];
  if (FLOORS.indexOf(from) === -1) problems.push(`${file} is in a room that has no floor: ${from}`);
  else if (FLOORS.indexOf(to) > FLOORS.indexOf(from)) {
    problems.push(
      `${file} imports ${imported}: ${to} is above ${from}. Move what it needs down, or itself up`,
    );
  }
}

/** The command is a user of the library as any other. */
function checkCommand(file, imported) {
  const [from, to] = [roomOf(file), roomOf(imported)];
  if (!/^cli\b/u.test(from) || to === 'doors' || /^cli\b/u.test(to)) return;
  problems.push(`${file} imports ${imported}: the command uses what the doors (lib/*.ts) export`);
}

function checkDoor(file, text) {
  if (roomOf(file) !== 'doors') return;
  const rest = text.replace(COMMENT, '').replace(RE_EXPORT, '').trim();
  if (rest !== '') problems.push(`${file} is a door, and does more than re-export: ${rest}`);
}

function checkMakers(file, text) {
  const code = text.replace(COMMENT, '');
  for (const { what, room, where } of MAKERS) {
    const [found] = what.exec(code) ?? [];
    if (found !== undefined && !room.test(file)) {
      problems.push(`${file} has '${found}': make it by a function in ${where}`);
    }
  }
}

const files = readdirSync(LIB, { recursive: true }).filter((name) => name.endsWith('.ts'));
for (const file of files) {
  const text = readFileSync(join(LIB, file), 'utf8');
  for (const imported of importsOf(file, text)) {
    checkDirection(file, imported);
    checkCommand(file, imported);
  }
  checkDoor(file, text);
  checkMakers(file, text);
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
