import { invalidType } from '../../base/errors.js';
import { integer, isMilliseconds, oneOf, type Check, type Checks } from '../../base/options.js';

/** How a program works on requests. */
export interface ProgramOptions {
  /**
   * How it gets a request: `'stdin'`, all of its standard input; `'argument'`, its last argument; `'lines'`, one line of the
   * standard input of a program that goes on, and answers each line with one line. With `'lines'` as many programs run as
   * requests are worked on at one time.
   *
   * @defaultValue `'stdin'`
   */
  input?: 'stdin' | 'argument' | 'lines' | undefined;
  /**
   * Whether a newline at the end of what it prints is part of the response. With `'strip'` one is taken off, as most
   * programs print one more than they mean; `'keep'` is for binary responses. With `'lines'` it never is.
   *
   * @defaultValue `'strip'`
   */
  trailingNewline?: 'strip' | 'keep' | undefined;
  /**
   * Whether what it writes to its standard error goes to that of this process. Its end is in a ProgramError all the same.
   *
   * @defaultValue `'inherit'`
   */
  stderr?: 'inherit' | 'ignore' | undefined;
  /**
   * Milliseconds that it may take for one request. Then it is ended, with all that it has started.
   *
   * @defaultValue `Infinity`
   */
  timeout?: number | undefined;
  /**
   * Milliseconds between SIGTERM and SIGKILL for one that is to end.
   *
   * @defaultValue 1000
   */
  killAfter?: number | undefined;
  /**
   * Bytes of the longest response. One that prints more is ended.
   *
   * @defaultValue 1048576
   */
  maxOutput?: number | undefined;
  /**
   * Where it runs.
   *
   * @defaultValue where this process does
   */
  cwd?: string | undefined;
  /**
   * Its environment, to which `MQUEUE_PRIORITY`, `MQUEUE_ATTEMPT` and, with rpc, `MQUEUE_METHOD` are added for each request
   * (not with `'lines'`).
   *
   * @defaultValue that of this process
   */
  env?: NodeJS.ProcessEnv | undefined;
}

const isString: Check = (argument, value) => {
  if (typeof value !== 'string') throw invalidType(argument, 'a string', value);
};

const isEnvironment: Check = (argument, value) => {
  if (typeof value === 'object' && value !== null) return;
  throw invalidType(argument, 'an object of strings', value);
};

/** @internal */
export const programChecks: Checks<ProgramOptions> = {
  input: oneOf('stdin', 'argument', 'lines'),
  trailingNewline: oneOf('strip', 'keep'),
  stderr: oneOf('inherit', 'ignore'),
  timeout: isMilliseconds,
  killAfter: isMilliseconds,
  maxOutput: integer(0, Infinity),
  cwd: isString,
  env: isEnvironment,
};
