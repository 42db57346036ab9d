import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedProject } from './site.mjs';

/** Where it does not run: in words, and with what is to be done. */
export function refusals(site) {
  return [...others(site), musl(site), noBinary(site), elsewhere(site)];
}

/** What a program prints that opens a queue and must not succeed. */
function refused(site, cwd, path, words, command, ...parameters) {
  const said = site.run(cwd, path, command, ...parameters, join('programs', 'refused.mjs')).trim();
  if (!words.test(said)) throw new Error(`it said: ${said}`);
  return `codecs and \`MemoryTransport\` work; \`open\` says: ${said}`;
}

function others(site) {
  return [
    { name: 'Bun', command: 'bun', parameters: ['run'] },
    { name: 'Deno', command: 'deno', parameters: ['run', '--allow-all'] },
  ].map(({ name, command, parameters }) => {
    const modules = site.tool(`${command}@latest`);
    return {
      what: `${name} ${site.versionOf(modules, command)}`,
      how: 'opens a queue',
      act: () => {
        const path = site.path(join(modules, '.bin'));
        const words = new RegExp(
          `^ERR_MQ_UNSUPPORTED .* does not run on ${name}.*Run it with Node`,
        );
        return refused(site, installedProject(site), path, words, command, ...parameters);
      },
    };
  });
}

/** Parameters with which Node takes itself for another. */
function pretending(what, value) {
  const fake = `Object.defineProperty(process, '${what}', { value: '${value}' })`;
  return ['--import', `data:text/javascript,${encodeURIComponent(fake)}`];
}

/** A project of its own, as some of it is to be changed. */
function copyOfProject(site, name) {
  const cwd = join(site.folder, 'projects', name);
  cpSync(installedProject(site), cwd, { recursive: true, verbatimSymlinks: true });
  return cwd;
}

function musl(site) {
  return {
    what: 'A processor without a binary, with musl',
    how: 'pretended, by `process.arch` and what looks for the C library',
    act: () => {
      const cwd = copyOfProject(site, 'musl');
      writeFileSync(
        join(cwd, 'node_modules', 'detect-libc', 'lib', 'detect-libc.js'),
        `module.exports = { MUSL: 'musl', familySync: () => 'musl' };`,
      );
      const words = /no native addon for linux-riscv64-musl.*build:native.*apk add g\+\+ make/;
      return refused(site, cwd, site.bare, words, 'node', ...pretending('arch', 'riscv64'));
    },
  };
}

function noBinary(site) {
  return {
    what: 'No compiler, and no binary for the system',
    how: '`npm explore posix-mqueue -- npm run build:native`',
    act: () => {
      try {
        const parameters = ['posix-mqueue', '--', 'npm', 'run', 'build:native'];
        site.run(installedProject(site), site.bare, 'npm', 'explore', ...parameters);
      } catch ({ message }) {
        const [said] = /posix-mqueue: the native addon cannot be built: .*/.exec(message) ?? [];
        if (said === undefined || !message.includes('apt-get install g++ make python3'))
          throw message;
        return `it says: ${said} What to install follows`;
      }
      throw new Error('it was built');
    },
  };
}

function elsewhere(site) {
  return {
    what: 'macOS, Windows',
    how: 'pretended, by `process.platform`',
    act: () => {
      const preload = pretending('platform', 'darwin');
      const words = /runs on Linux only, and this is darwin.*Linux machine/;
      return refused(site, installedProject(site), site.bare, words, 'node', ...preload);
    },
  };
}
