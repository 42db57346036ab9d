import { invalidType } from '../../base/errors.js';
import { checkOptions } from '../../base/options.js';
import { checkProgram } from './find.js';
import { Guard } from './guard.js';
import { LineProgram } from './line-program.js';
import { programChecks, type ProgramOptions } from './options.js';
import type { Program } from './process.js';
import { runOnce, type Manner } from './run-once.js';

const KILL_AFTER = 1000;
const MAX_OUTPUT = 2 ** 20;

/** What the handlers of Worker and RpcWorker are told, as far as a program is told it. */
export interface ProgramContext {
  /** The priority of the request. */
  readonly priority: number;
  /** Aborted when nobody waits for the response any more: the program is ended. */
  readonly signal: AbortSignal;
  /** Of a Worker: how many workers have died with it in hand. */
  readonly attempts?: number;
  /** Of an RpcWorker: how often it was sent or taken before. */
  readonly attempt?: number;
  /** Of an RpcWorker: the route that the host named. */
  readonly method?: string | undefined;
}

/** A handler for a Worker or an RpcWorker with the codec `raw`. */
export interface ProgramHandler {
  /**
   * Has the program work on a request.
   *
   * @returns what it prints; rejects with a ProgramError, or with an AbortError
   */
  (request: Uint8Array, context: ProgramContext): Promise<Buffer>;
  /**
   * Ends the programs that wait for another line. Idempotent.
   *
   * @returns resolves when no program runs any more, also none that a worker has given up
   */
  close(): Promise<void>;
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A handler that has a program work on each request: in any language, and without a word of queues in it. A program that ends
 * otherwise than with exit code 0 has failed.
 *
 * It runs in a process group of its own: Ctrl-C is not for it. When it is to end, so is all that it has started, also when this
 * process ends before it, by SIGKILL too.
 *
 * @param command - its name, looked for in PATH, or its path
 * @param args - its arguments
 * @throws TypeError or RangeError for a bad option, and where there is no such program
 *
 * @example
 * ```ts
 * await using handler = programHandler('tr', ['a-z', 'A-Z']);
 * const worker = new Worker({ requests: '/jobs', responses: '/results' }, handler);
 * await worker.run({ signals: true });
 * ```
 */
export function programHandler(
  command: string,
  args: readonly string[] = [],
  options?: ProgramOptions,
): ProgramHandler {
  const programs = new Programs(command, args, options);
  const close = (): Promise<void> => programs.close();
  return Object.assign(
    (request: Uint8Array, context: ProgramContext) => programs.work(request, context),
    { close, [Symbol.asyncDispose]: close },
  );
}

/** The runs of one program. */
class Programs {
  readonly #program: Program;
  readonly #manner: Manner | 'lines';
  readonly #timeout: number;
  readonly #maxOutput: number;
  readonly #inHand = new Set<Promise<unknown>>();
  /** Those that have no request in hand. */
  readonly #idle: LineProgram[] = [];

  constructor(command: string, args: readonly string[], options: ProgramOptions | undefined) {
    const checked = checkOptions('programHandler()', options, programChecks);
    const { input = 'stdin', trailingNewline = 'strip' } = checked;
    const { timeout = Infinity, killAfter = KILL_AFTER, maxOutput = MAX_OUTPUT } = checked;
    const { cwd, env = process.env, stderr = 'inherit' } = checked;
    if (!Array.isArray(args) || args.some((each) => typeof each !== 'string')) {
      throw invalidType('args', 'an array of strings', args);
    }
    checkProgram(command, cwd ?? process.cwd(), env['PATH']);
    const guard = new Guard(killAfter);
    this.#program = { command, args: [...args], cwd, env, stderr, killAfter, guard };
    this.#manner = input === 'lines' ? input : { input, trailingNewline, maxOutput };
    this.#timeout = timeout;
    this.#maxOutput = maxOutput;
  }

  async work(request: Uint8Array, context: ProgramContext): Promise<Buffer> {
    const working = this.#work(request, context);
    this.#inHand.add(working);
    try {
      return await working;
    } finally {
      this.#inHand.delete(working);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#inHand);
    const { killAfter, guard } = this.#program;
    await Promise.all(this.#idle.splice(0).map((each) => each.close(killAfter)));
    guard.close();
  }

  async #work(request: Uint8Array, context: ProgramContext): Promise<Buffer> {
    const limits = { timeout: this.#timeout, signal: context.signal };
    if (this.#manner === 'lines') return this.#askLine(request, limits);
    const env = environmentOf(context);
    return runOnce(this.#program, this.#manner, request, { ...limits, env });
  }

  async #askLine(
    request: Uint8Array,
    limits: { readonly timeout: number; readonly signal: AbortSignal },
  ): Promise<Buffer> {
    let program = this.#idle.pop();
    while (program?.usable === false) program = this.#idle.pop();
    program ??= new LineProgram(this.#program, this.#maxOutput);
    try {
      return await program.ask(request, limits);
    } finally {
      if (program.usable) this.#idle.push(program);
    }
  }
}

function environmentOf({
  priority,
  attempts,
  attempt = attempts,
  method,
}: ProgramContext): NodeJS.ProcessEnv {
  return {
    MQUEUE_PRIORITY: String(priority),
    MQUEUE_ATTEMPT: String(attempt ?? 0),
    ...(method !== undefined && { MQUEUE_METHOD: method }),
  };
}
