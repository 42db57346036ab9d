import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Socket } from 'node:net';
import { startError, type ProgramEnd } from '../../base/errors.js';
import { clearTimeout, setTimeout } from '../../base/timers.js';
import type { Guard } from './guard.js';
import { passOn, Tail } from './tail.js';

/** A program, and how it is run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly stderr: 'inherit' | 'ignore';
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly killAfter: number;
  readonly guard: Guard;
}

/** What is given to one run of it. */
export interface Start {
  readonly stdin: 'ignore' | 'pipe' | number;
  /** Arguments behind those that it always has. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that runs, with all that it starts: in a process group of its own, which is ended as one. */
export class ProgramProcess {
  /** Resolves when it has ended and nothing of it can print any more. */
  readonly end: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  readonly #killAfter: number;
  readonly #stderr = new Tail();
  #stopped = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  /** @throws ProgramError where it cannot be started */
  constructor(program: Program, { stdin, args = [], env = {} }: Start) {
    const { command, cwd, guard } = program;
    this.#killAfter = program.killAfter;
    const stdio: StdioOptions = [stdin, 'pipe', 'pipe'];
    const { run, env: mark } = guard.begin();
    const options = { stdio, cwd, env: { ...program.env, ...env, ...mark }, detached: true };
    try {
      this.#child = spawn(command, [...program.args, ...args], options);
    } catch (error) {
      guard.end(run);
      throw startError(command, error as Error);
    }
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr.add(chunk);
      if (program.stderr === 'inherit') passOn(chunk);
    });
    this.end = new Promise((resolve, reject) => {
      this.#child.once('error', (error) => {
        guard.end(run);
        reject(startError(command, error));
      });
      this.#child.once('close', (code, signal) => {
        this.#ended = true;
        clearTimeout(this.#timer);
        // What it has started may not have heard of the first.
        if (this.#stopped) this.#kill('SIGKILL');
        guard.end(run);
        resolve({ code, signal, stderr: this.stderr });
      });
    });
    // Whoever waits for it later is told all the same.
    this.end.catch(() => undefined);
  }

  get stdin(): Socket {
    return this.#child.stdin as Socket;
  }

  get stdout(): Socket {
    return this.#child.stdout as Socket;
  }

  /** The end of what it has said on its standard error so far. */
  get stderr(): string {
    return this.#stderr.toString();
  }

  /** Ends it: first it is asked to. */
  stop(): void {
    if (this.#stopped || this.#ended) return;
    this.#stopped = true;
    this.#kill('SIGTERM');
    this.#timer = setTimeout(() => {
      this.#kill('SIGKILL');
      // What has left the group may keep them open for ever.
      this.stdout.destroy();
      this.#child.stderr?.destroy();
    }, this.#killAfter);
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // All of it has ended.
    }
  }
}
