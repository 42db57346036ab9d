import { isUtf8 } from 'node:buffer';
import { closeSync } from 'node:fs';
import { endError, inputError, outputError } from '../../base/errors.js';
import { Attempt, type Limits } from './attempt.js';
import { Output, withoutNewline } from './output.js';
import { ProgramProcess, type Program } from './process.js';
import { requestFile } from './request-file.js';

/** What is the same for all requests. */
export interface Manner {
  readonly input: 'stdin' | 'argument';
  readonly trailingNewline: 'strip' | 'keep';
  /** Bytes. */
  readonly maxOutput: number;
}

/** Has the program run for one request: what it prints. */
export async function runOnce(
  program: Program,
  manner: Manner,
  request: Uint8Array,
  { env, ...limits }: Limits & { readonly env: NodeJS.ProcessEnv },
): Promise<Buffer> {
  const { command } = program;
  const { maxOutput } = manner;
  const running = start(program, manner, request, env);
  const attempt = new Attempt(running, command, limits);
  const output = new Output(running.stdout, maxOutput, () => {
    const problem = `printed more than ${maxOutput} bytes (maxOutput)`;
    attempt.fail(outputError(command, problem, running.stderr));
  });
  try {
    const end = await running.end;
    if (attempt.error !== undefined) throw attempt.error;
    if (end.code !== 0) throw endError(command, end);
  } finally {
    attempt.over();
  }
  const bytes = output.bytes();
  return manner.trailingNewline === 'strip' ? withoutNewline(bytes) : bytes;
}

function start(
  program: Program,
  { input }: Manner,
  request: Uint8Array,
  env: NodeJS.ProcessEnv,
): ProgramProcess {
  if (input === 'argument') {
    const args = [argumentOf(request, program.command)];
    return new ProgramProcess(program, { stdin: 'ignore', args, env });
  }
  const file = fileOf(request, program.command);
  try {
    return new ProgramProcess(program, { stdin: file, env });
  } finally {
    closeSync(file);
  }
}

function argumentOf(request: Uint8Array, command: string): string {
  if (!isUtf8(request)) {
    throw inputError(command, "it is not UTF-8, as an argument has to be. Use input 'stdin'");
  }
  if (request.includes(0)) {
    throw inputError(command, "it has a NUL byte, which no argument can. Use input 'stdin'");
  }
  return Buffer.from(request).toString();
}

function fileOf(request: Uint8Array, command: string): number {
  try {
    return requestFile(request);
  } catch (error) {
    const problem = `no file can be made of it (${(error as Error).message}). Free some of /dev/shm, or of the folder TMPDIR`;
    throw inputError(command, problem, error);
  }
}
