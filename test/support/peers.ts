import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsOthers } from './sanitizer.js';

const SOURCES = fileURLToPath(new URL('../../../test/peers/', import.meta.url));
const BUILT = fileURLToPath(new URL('../../peers/', import.meta.url));

/** One side of the raw protocol. */
export type Role = 'host' | 'worker';

/** A language that peers are written in. */
export interface Language {
  readonly name: string;
  /** What it needs, to be called with `--version`. */
  readonly tool: string;
  /** The command of a program, built where that is needed. */
  command(role: Role): [command: string, ...parameters: string[]];
}

function build(
  role: Role,
  suffix: string,
  shared: string,
  command: string,
  ...flags: string[]
): string {
  mkdirSync(BUILT, { recursive: true });
  const source = join(SOURCES, `${role}.${suffix}`);
  const program = join(BUILT, `${role}-${suffix}`);
  const changed = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changed(program) < Math.max(changed(source), changed(join(SOURCES, shared)))) {
    execFileSync(command, [...flags, source, '-o', program], { stdio: 'inherit' });
  }
  return program;
}

export const languages: readonly Language[] = [
  {
    name: 'C++',
    tool: 'g++',
    command: (role) => [
      build(role, 'cc', 'queues.h', 'g++', '-O1', '-Wall', '-Wextra', '-Werror', '-lrt'),
    ],
  },
  {
    name: 'Python',
    tool: 'python3',
    command: (role) => ['python3', '-B', join(SOURCES, `${role}.py`)],
  },
  {
    name: 'Rust',
    tool: 'rustc',
    command: (role) => [build(role, 'rs', 'queues.rs', 'rustc', '-O', '--edition', '2021')],
  },
];

/** Why programs of a language cannot run here; undefined when they can. */
export function missing({ name, tool }: Language): string | undefined {
  if (!runsOthers) return 'not under ThreadSanitizer';
  const { status } = spawnSync(tool, ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : `no ${tool} for the ${name} peers`;
}
