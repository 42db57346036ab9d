import { CommanderError } from 'commander';
import { CommandError, ExitCode } from './exit-codes.js';
import { endedBy, endBySignal } from './interruption.js';
import { flush } from './output.js';
import { programFor } from './program.js';
import { remedyFor } from './remedies.js';

/** Does what the arguments say, and sets the exit code. */
export async function run(args: readonly string[]): Promise<void> {
  showWarnings();
  try {
    if (args[0] === 'complete' && args[1] === '--') {
      await (await import('./completions.js')).complete(args.slice(2));
    } else await (await programFor(args)).parseAsync(args, { from: 'user' });
    await flush();
  } catch (error) {
    process.exitCode = codeOf(error);
    if (!(error instanceof CommanderError) && endedBy() === undefined) tell(error);
  }
  endBySignal();
}

function codeOf(error: unknown): number {
  // It has told what is wrong itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
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

/** In one line, as errors. */
function showWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    console.error(`mqueue: warning: ${warning.message}`);
  });
}
