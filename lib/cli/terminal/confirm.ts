import { createInterface } from 'node:readline/promises';
import { CommandError, ExitCode } from '../base/exit-codes.js';

/**
 * Asks on the terminal.
 *
 * @returns rejects where the answer is no, or there is nobody to ask
 */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError(
      `there is no terminal to ask on: ${question} Give --yes`,
      ExitCode.usage,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // To readline Ctrl-C is a key: the terminal is to be as it was before the signal. A key leaves the cursor in its line.
  terminal.on('SIGINT', () => {
    terminal.close();
    console.error();
    process.kill(process.pid, 'SIGINT');
  });
  try {
    const answer = await terminal.question(`${question} [y/N] `).catch(endOfInput);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('nothing was done');
  } finally {
    terminal.close();
  }
}

/** Ctrl-D is no answer. */
function endOfInput(): string {
  console.error();
  return '';
}
