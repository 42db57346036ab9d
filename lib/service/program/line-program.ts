import { endError, inputError, outputError } from '../../base/errors.js';
import { clearTimeout, setTimeout } from '../../base/timers.js';
import { warnOutOfStep } from '../../base/warnings.js';
import { Attempt, type Limits } from './attempt.js';
import { withoutNewline } from './output.js';
import { ProgramProcess, type Program } from './process.js';

const NEWLINE = Buffer.from('\n');

/** What waits for a line. */
interface Asked {
  readonly attempt: Attempt;
  readonly answer: (line: Buffer) => void;
}

/** A program that goes on, and prints one line for each that it reads. It has one at a time. */
export class LineProgram {
  readonly #command: string;
  readonly #maxOutput: number;
  readonly #running: ProgramProcess;
  #line: Buffer = Buffer.alloc(0);
  #asked: Asked | undefined;
  #usable = true;
  /** Why it took no more lines. */
  #unread: Error | undefined;

  /** @throws ProgramError where it cannot be started */
  constructor(program: Program, maxOutput: number) {
    this.#command = program.command;
    this.#maxOutput = maxOutput;
    this.#running = new ProgramProcess(program, { stdin: 'pipe' });
    const { stdin, stdout, end } = this.#running;
    stdin.on('error', (error) => {
      this.#unread = error;
      this.#drop();
    });
    stdout.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    const ended = (): void => {
      this.#usable = false;
    };
    end.then(ended, ended);
  }

  /** Whether another request may be given to it. */
  get usable(): boolean {
    return this.#usable;
  }

  /** The line that it prints for this one. */
  async ask(request: Uint8Array, limits: Limits): Promise<Buffer> {
    const line = withoutNewline(Buffer.from(request));
    if (line.includes(NEWLINE)) {
      throw inputError(this.#command, "it has several lines. Use input 'stdin'");
    }
    const attempt = new Attempt(this.#running, this.#command, limits);
    const answered = new Promise<Buffer>((answer) => {
      this.#asked = { attempt, answer };
    });
    try {
      this.#running.stdin.write(Buffer.concat([line, NEWLINE]));
      const answer = await Promise.race([answered, this.#running.end]);
      if (Buffer.isBuffer(answer)) return answer;
      if (attempt.error !== undefined) throw attempt.error;
      if (this.#unread !== undefined && answer.signal === 'SIGTERM') {
        throw inputError(this.#command, 'it does not read its standard input', this.#unread);
      }
      throw endError(this.#command, answer, ' and had not answered');
    } finally {
      this.#asked = undefined;
      if (attempt.error !== undefined) this.#usable = false;
      attempt.over();
    }
  }

  /** Has no more for it: resolves when it has ended. */
  async close(killAfter: number): Promise<void> {
    this.#usable = false;
    this.#running.stdin.end();
    const timer = setTimeout(() => this.#running.stop(), killAfter);
    await this.#running.end.catch(() => undefined);
    clearTimeout(timer);
  }

  #take(chunk: Buffer): void {
    if (!this.#usable) return;
    if (this.#asked === undefined) {
      warnOutOfStep(this.#command);
      this.#drop();
      return;
    }
    this.#line = Buffer.concat([this.#line, chunk]);
    const { attempt, answer } = this.#asked;
    const end = this.#line.indexOf(NEWLINE);
    if (end === -1 && this.#line.length <= this.#maxOutput) return;
    const line = this.#line.subarray(0, end);
    const isMore = end !== this.#line.length - 1;
    this.#line = Buffer.alloc(0);
    if (end !== -1 && !isMore && line.length <= this.#maxOutput) {
      this.#asked = undefined;
      answer(line);
      return;
    }
    const problem =
      end !== -1 && isMore
        ? 'printed more than one line for a request'
        : `printed a line of more than ${this.#maxOutput} bytes (maxOutput)`;
    this.#usable = false;
    attempt.fail(outputError(this.#command, problem, this.#running.stderr));
  }

  #drop(): void {
    this.#usable = false;
    this.#running.stop();
  }
}
