import { writeFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { CommandError, ExitCode } from './base/exit-codes.js';
import { endedBy, endBySignal } from './base/interruption.js';
import { flush, outputFailure } from './base/output.js';
import { programFor } from './program.js';
import { isCommand } from './registry.js';
import { remedyFor } from './base/remedies.js';

/** Does what the arguments say, and sets the exit code. */
export async function run(args: readonly string[]): Promise<void> {
  nameProcess();
  showWarnings();
  try {
    await perform(args);
  } catch (error) {
    // What has to stop where nothing can be printed fails for that reason.
    const reason = outputFailure() ?? error;
    process.exitCode = codeOf(reason);
    if (endedBy() === undefined) tell(reason);
  }
  endBySignal();
}

async function perform(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === 'complete' && args[1] === '--') {
      await (await import('./completions.js')).complete(args.slice(2));
    } else await (await programFor(args)).parseAsync(known(args), { from: 'user' });
  } catch (error) {
    // It has printed a help, or told what is wrong itself.
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) process.exitCode = ExitCode.usage;
  }
  await flush();
}

/** The help of a command that there is not: as for the command itself, the answer is which one may be meant. */
function known(args: readonly string[]): readonly string[] {
  const [first, name] = args;
  return first === 'help' && name !== undefined && !isCommand(name) ? args.slice(1) : args;
}

function codeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  if ((error as { code?: unknown } | null)?.code === 'ETIMEDOUT') return ExitCode.timeout;
  // What the library refuses before it changes anything.
  if (error instanceof TypeError || error instanceof RangeError) return ExitCode.usage;
  return ExitCode.failed;
}

function tell(error: unknown): void {
  const text = error instanceof Error ? remedyFor(error) : String(error);
  console.error(`mqueue: ${text.replaceAll('\n', ' ')}`);
  if (process.env['DEBUG'] !== undefined) console.error(error);
}

/** For who looks for it with ps(1) or mqueue ls, where it would be one of many that are called node. */
function nameProcess(): void {
  try {
    writeFileSync('/proc/self/comm', 'mqueue');
  } catch {
    // It does without where there is no /proc.
  }
}

/** In one line, as errors. */
function showWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    console.error(`mqueue: warning: ${warning.message}`);
  });
}
