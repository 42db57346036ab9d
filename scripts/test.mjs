// Runs all tests, or those of the files and folders that are named:
//   npm test -- [test/FOLDER or test/FOLDER/FILE.test.ts ...] [mocha options]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is below test/ or out/test/, as mocha finds it; undefined for an option or its value. */
function compiled(parameter) {
  const [, path, suffix] =
    /^(?:out\/)?test\/(.*?)(\.[jt]s)?\/?$/u.exec(relative(root, parameter)) ?? [];
  if (path === undefined) return undefined;
  const file = join('out', 'test', suffix === undefined ? path : `${path}.js`);
  if (!existsSync(join(root, file))) {
    console.error(`No test is at ${parameter}. Name a folder of test/, or a file of it`);
    process.exit(2);
  }
  return suffix === undefined ? `${file}/**/*.test.js` : file;
}

const files = [];
const options = [];
for (const parameter of process.argv.slice(2)) {
  const file = compiled(parameter);
  if (file === undefined) options.push(parameter);
  else files.push(file);
}

if (files.length > 0) {
  // mocha adds the files that are named to those of its configuration: the rest of that is given here.
  const {
    spec: _,
    ignore: __,
    ...rest
  } = JSON.parse(readFileSync(join(root, '.mocharc.json'), 'utf8'));
  const settings = Object.entries(rest).map(([name, value]) => `--${name}=${value}`);
  options.unshift('--no-config', ...settings);
}

const mocha = spawn(
  process.execPath,
  [join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), ...options, ...files],
  { cwd: root, stdio: 'inherit' },
);
const [code, signal] = await once(mocha, 'exit');
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = code;
