import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from './child.js';

/** The built command, as npm links it. */
export const COMMAND: string = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** What a command that has ended printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Starts `mqueue` with these arguments, for who talks to it while it runs. */
export function startMqueue(args: readonly string[], options: SpawnOptions = {}): Child {
  return new Child(process.execPath, [COMMAND, ...args], options);
}

/** Runs any program to its end, with this on its standard input. */
export async function runProgram(
  program: string,
  args: readonly string[],
  input: string | Uint8Array = '',
  options: SpawnOptions = {},
): Promise<Ended> {
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const [out, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // It may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(errors).toString() };
}

/** Runs `mqueue` to its end. */
export async function mqueue(
  args: readonly string[],
  input?: string | Uint8Array,
  options?: SpawnOptions,
): Promise<Ended> {
  return runProgram(process.execPath, [COMMAND, ...args], input, options);
}

/** As `mqueue`, of what has to go well: what it prints. */
export async function printedBy(
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<string> {
  const { code, signal, stdout, stderr } = await mqueue(args, input);
  if (code === 0) return stdout.toString();
  throw new Error(`mqueue ${args.join(' ')} ended with ${signal ?? code}: ${stderr}`);
}
