import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import { isatty } from 'node:tty';
import type { Writable } from 'node:stream';
import { CommandError } from '../base/exit-codes.js';
import { interrupted, readerIsGone } from '../base/interruption.js';
import type { Rendered } from './rendering.js';

const STDOUT = 1;
/** PIPE_BUF of pipe(7): so much goes into a pipe as a whole, or not at all. */
const ATOMIC = 4096;
const GONE = ['EPIPE', 'ECONNRESET', 'ENOTCONN'];

/** Standard output for what must not be lost: it tells how much it has taken. */
export interface Sink {
  /**
   * Waits for who reads, until `interrupted()` is.
   *
   * @returns how many of them, from the first on, were taken wholly: fewer than all where no more will be
   */
  write(rendered: Rendered): Promise<number>;
  /** Why it takes no more, where that is neither its reader's going nor a signal. */
  readonly failure: CommandError | undefined;
}

export function openSink(): Sink {
  const status = fstatSync(STDOUT);
  const isTerminal = isatty(STDOUT);
  if (!isTerminal && !status.isFIFO() && !status.isSocket()) return new FileSink();
  // One of our own can be destroyed, so that what is not read yet never will be.
  const stream = isTerminal
    ? process.stdout
    : new Socket({ fd: STDOUT, readable: false, writable: true });
  return new StreamSink(stream, isTerminal);
}

function failureOf(error: NodeJS.ErrnoException): CommandError {
  return new CommandError(`standard output takes no more: ${error.message}`);
}

/** Takes at once, or never. */
class FileSink implements Sink {
  failure: CommandError | undefined;

  constructor() {
    // A file that may not grow any more is an error of the write then, and not the end of the process.
    process.on('SIGXFSZ', () => undefined);
  }

  async write({ bytes, ends }: Rendered): Promise<number> {
    let written = 0;
    try {
      // Fewer than all where there is room for fewer: then the next call tells why.
      while (written < bytes.length) written += writeSync(STDOUT, bytes, written);
    } catch (error) {
      this.failure = failureOf(error as NodeJS.ErrnoException);
    }
    return ends.filter((end) => end <= written).length;
  }
}

class StreamSink implements Sink {
  failure: CommandError | undefined;
  readonly #stream: Writable;
  readonly #isTerminal: boolean;
  readonly #signal = interrupted();
  #isWaiting = false;

  constructor(stream: Writable, isTerminal: boolean) {
    this.#stream = stream;
    this.#isTerminal = isTerminal;
    // Told by what is written.
    stream.on('error', () => undefined);
    this.#signal.addEventListener('abort', () => {
      this.#giveUp();
    });
  }

  async write({ bytes, ends }: Rendered): Promise<number> {
    let taken = 0;
    while (taken < ends.length) {
      const start = taken === 0 ? 0 : (ends[taken - 1] as number);
      let next = taken + 1;
      while (next < ends.length && (ends[next] as number) - start <= ATOMIC) next += 1;
      if (!(await this.#put(bytes.subarray(start, ends[next - 1])))) break;
      taken = next;
    }
    return taken;
  }

  /** False when it was not taken, and never will be. */
  #put(chunk: Buffer): Promise<boolean> {
    return new Promise((resolve) => {
      this.#isWaiting = true;
      this.#stream.write(chunk, (error) => {
        this.#isWaiting = false;
        if (error instanceof Error) this.#fail(error);
        // What is given up is called written.
        resolve(!(error instanceof Error) && !this.#stream.destroyed);
      });
      if (this.#signal.aborted) this.#giveUp();
    });
  }

  /** What has room needs no more time than this. */
  #giveUp(): void {
    setImmediate(() => {
      if (this.#isWaiting) this.#stream.destroy();
    });
  }

  #fail(error: NodeJS.ErrnoException): void {
    const { code = '' } = error;
    if (this.#isTerminal && code === 'EIO') readerIsGone('SIGHUP');
    else if (GONE.includes(code)) readerIsGone();
    else if (code !== 'ERR_STREAM_DESTROYED') this.failure = failureOf(error);
  }
}
