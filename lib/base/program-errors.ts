import { brand } from './brand.js';
import { reasonable, withCode } from './error-classes.js';

/** What is known of a {@link ProgramError} besides its text. */
export interface ProgramErrorDetails {
  /**
   * What went wrong: it could not be started (`start`), could not be given the request (`input`), ended otherwise than with
   * code 0 (`exit`, `signal`), took too long (`timeout`), or printed what is no response (`output`).
   */
  readonly reason: 'start' | 'input' | 'exit' | 'signal' | 'timeout' | 'output';
  /** What it ended with, where it did. */
  readonly exitCode?: number | undefined;
  /** What ended it, where a signal did. */
  readonly signal?: NodeJS.Signals | undefined;
  /** The end of what it wrote to its standard error. */
  readonly stderr?: string | undefined;
  /** What was thrown underneath. */
  readonly cause?: unknown;
}

/** A program that was to work on a request failed. The text quotes nothing of the request; `stderr` may. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code = 'ERR_MQ_PROGRAM';
  /** What went wrong. */
  readonly reason: ProgramErrorDetails['reason'];
  /** What it ended with, where it did. */
  declare readonly exitCode?: number;
  /** What ended it, where a signal did. */
  declare readonly signal?: NodeJS.Signals;
  /** The end of what it wrote to its standard error: at most 4,096 bytes. */
  readonly stderr: string;

  constructor(message: string, details: ProgramErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.reason = details.reason;
    if (details.exitCode !== undefined) this.exitCode = details.exitCode;
    if (details.signal !== undefined) this.signal = details.signal;
    this.stderr = details.stderr ?? '';
    reasonable(this);
  }

  static {
    brand(this);
  }
}

/** @internal */
export function unknownProgramError(command: string): TypeError & { code: string } {
  return withCode(
    new TypeError(
      `'command' must be a program in PATH, or the path of an executable file, not '${command}'`,
    ),
    { code: 'ERR_INVALID_ARG_VALUE' },
  );
}

/** @internal */
export function startError(program: string, cause: Error): ProgramError {
  return new ProgramError(`Program '${program}' could not be started: ${cause.message}`, {
    reason: 'start',
    cause,
  });
}

/**
 * For a request that a program cannot be given.
 *
 * @internal
 */
export function inputError(program: string, problem: string, cause?: unknown): ProgramError {
  const text = `Program '${program}' cannot be given the request: ${problem}`;
  return new ProgramError(text, {
    reason: 'input',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/**
 * For a program that ended otherwise than it should.
 *
 * @param when - what is unexpected about it, where that is not the code
 * @internal
 */
export function endError(program: string, { code, signal, stderr }: ProgramEnd, when = ''): Error {
  if (signal !== null) {
    const text = `Program '${program}' was ended by ${signal}${when}`;
    return new ProgramError(text, { reason: 'signal', signal, stderr });
  }
  return new ProgramError(`Program '${program}' ended with exit code ${code}${when}`, {
    reason: 'exit',
    exitCode: code ?? undefined,
    stderr,
  });
}

/** @internal */
export function programTimeoutError(
  program: string,
  milliseconds: number,
  stderr: string,
): ProgramError {
  return new ProgramError(
    `Program '${program}' took longer than ${milliseconds} ms and was ended. Give it a longer 'timeout'`,
    { reason: 'timeout', stderr },
  );
}

/** @internal */
export function outputError(program: string, problem: string, stderr: string): ProgramError {
  return new ProgramError(`Program '${program}' ${problem}, and was ended`, {
    reason: 'output',
    stderr,
  });
}
