import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, languages } from './peers.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCES = join(ROOT, 'test/peers/rpc');
const BUILT = join(ROOT, 'out/peers/rpc');

/** A program over one of clients/: both sides, and the one that runs the vectors. */
export type Program = 'host' | 'worker' | 'vectors';

/** A language that has a client. */
export interface Client {
  readonly name: string;
  /** Why its programs cannot run here; undefined when they can. */
  readonly missing: string | undefined;
  /** The command of a program, built where that is needed. */
  command(program: Program): [command: string, ...parameters: string[]];
}

const CXX = ['-std=c++17', '-O0', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion'];

const commands: Readonly<Record<string, Client['command']>> = {
  'C++': (program) => [
    build(`${program}.cc`, 'clients/cpp/mqrpc.hpp', (source, out) => [
      'g++',
      ...CXX,
      '-Werror',
      `-I${join(ROOT, 'clients/cpp')}`,
      source,
      '-o',
      out,
      '-lrt',
    ]),
  ],
  Python: (program) => ['python3', '-B', join(SOURCES, `${program}.py`)],
  Rust: (program) => [
    build(`${program}.rs`, 'clients/rust/mqrpc.rs', (source, out) => [
      'rustc',
      '-O',
      '--edition',
      '2021',
      '-D',
      'warnings',
      source,
      '-o',
      out,
    ]),
  ],
};

function build(
  file: string,
  client: string,
  command: (source: string, out: string) => [string, ...string[]],
): string {
  const source = join(SOURCES, file);
  const out = join(BUILT, file.replace('.', '-'));
  const changed = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changed(out) < Math.max(changed(source), changed(join(ROOT, client)))) {
    mkdirSync(dirname(out), { recursive: true });
    const [compiler, ...parameters] = command(source, out);
    execFileSync(compiler, parameters, { stdio: 'inherit' });
  }
  return out;
}

export const clients: readonly Client[] = languages.map((language) => ({
  name: language.name,
  missing: missing(language),
  command: commands[language.name] as Client['command'],
}));

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** The same programs over RpcHost and RpcWorker. */
export const ours: Client = {
  name: 'Node.js',
  missing: undefined,
  command: (program) => [process.execPath, join(FIXTURES, `rpc-${program}.js`)],
};
