/** What the command ends with; by a signal it ends as whatever ends by that. */
export const ExitCode = {
  done: 0,
  failed: 1,
  /** The command line itself was wrong, and nothing was done. */
  usage: 2,
  /** As timeout(1). */
  timeout: 124,
} as const;

/** A failure whose text is for the user as it is. */
export class CommandError extends Error {
  readonly exitCode: number;

  /** @param text - what is wrong and what to do, in one line */
  constructor(text: string, exitCode: number = ExitCode.failed) {
    super(text);
    this.exitCode = exitCode;
  }
}
