// Builds the native addon from its sources, in a checkout and in an installed package alike:
// `npm run build:native`. What follows goes to node-gyp.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = join(root, 'binding.gyp');

const INSTALL = `Debian, Ubuntu:  apt-get install g++ make python3
  Fedora, RHEL:    dnf install gcc-c++ make python3
  Alpine:          apk add g++ make python3 linux-headers`;

function isCommand(command) {
  const folders = command.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What node-gyp and gyp take for each tool: one of these has to be there. */
function missingTools() {
  const { CXX, MAKE, PYTHON, NODE_GYP_FORCE_PYTHON, npm_config_python: python } = process.env;
  const tools = {
    'g++': [CXX?.split(' ').at(-1) || 'g++'],
    make: [MAKE || 'make', 'gmake'],
    python3: [NODE_GYP_FORCE_PYTHON, python, PYTHON, 'python3', 'python'].filter(Boolean),
  };
  return Object.keys(tools).filter((tool) => !tools[tool].some(isCommand));
}

function fail(problem) {
  console.error(`posix-mqueue: the native addon cannot be built: ${problem}`);
  process.exit(1);
}

if (process.platform !== 'linux') fail(`it is for Linux, and this is ${process.platform}.`);
const missing = missingTools();
if (missing.length > 0) {
  fail(`${missing.join(', ')} not on the PATH. Install what it needs:\n  ${INSTALL}`);
}

// npm and yarn would build a package with a binding.gyp at every install, so the tarball has none, and the
// one for this build goes again.
const installed = !existsSync(project);
if (installed) writeFileSync(project, '{ "includes": ["addon/posix_mqueue.gypi"] }\n');
// A compiler that we have not seen may warn of something new.
const forUsers = installed ? ['--', '-Dwarnings=-Wno-error'] : [];
// npm hands its own --silent down, which would take the reason of a failure away.
const { npm_config_loglevel: _, ...environment } = process.env;
const { status, error } = spawnSync(
  'node-gyp',
  ['rebuild', '--jobs=max', ...process.argv.slice(2), ...forUsers],
  { cwd: root, stdio: 'inherit', env: environment },
);
if (installed) rmSync(project);
if (error !== undefined) {
  fail(`node-gyp: ${error.message}. Start this with: npm run build:native`);
}
if (status !== 0) fail('see above.');
