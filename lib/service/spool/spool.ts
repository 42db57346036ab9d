import { apart } from '../../base/apart.js';
import { codeOf } from '../../base/code-of.js';
import { withDeadline } from '../deadline.js';
import { orAbort } from '../or-abort.js';
import { encodeRecord, type SpooledMessage } from './record.js';
import { SpoolFile } from './spool-file.js';

/** What a spool needs of its bridge. */
export interface SpoolWork {
  /** The queue on the other side. */
  readonly to: string;
  readonly path: string;
  readonly maxSize: number;
  /** Milliseconds after which a message that is not sent goes to the file. */
  readonly after: number;
  /** Resolves when the queue on the other side has it. */
  send(message: SpooledMessage, signal: AbortSignal): Promise<void>;
  /** A message of the file cannot be sent: resolves when it need not. */
  refuse(message: SpooledMessage, error: unknown): Promise<void>;
  tell(what: 'spooling' | 'spoolFull' | 'spoolEmpty'): void;
  /** One was sent out of the file. */
  sent(): void;
}

/**
 * Where messages wait that the other side does not take: behind those that are in its file already, or when the first
 * of them has waited long enough.
 */
export class Spool {
  readonly #work: SpoolWork;
  readonly #file: SpoolFile;
  #waiting: (() => void)[] = [];
  #isFull = false;

  private constructor(work: SpoolWork, file: SpoolFile) {
    this.#work = work;
    this.#file = file;
  }

  static async open(work: SpoolWork): Promise<Spool> {
    return new Spool(work, await SpoolFile.open(work.path, work.maxSize));
  }

  /** How many messages are in the file. */
  get messages(): number {
    return this.#file.messages;
  }

  /**
   * Resolves when the message is sent, or on the disk; to whether it is there.
   *
   * @param stopping - ends the wait for room in the file
   */
  async take(
    message: SpooledMessage,
    giveUp: AbortSignal,
    stopping: AbortSignal,
  ): Promise<boolean> {
    const record = encodeRecord(message);
    for (;;) {
      if (this.#file.isUnused && (await this.#sends(message, record, giveUp))) return false;
      if (this.#file.hasRoomFor(record)) break;
      this.#tellFull();
      await orAbort(this.#changed(), stopping, this.#work.to);
    }
    if (this.#file.isUnused) this.#tell('spooling');
    await this.#file.append(record);
    this.#change();
    return true;
  }

  /** Sends what is in the file, in its order, until `stopping` is aborted. */
  async drain(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const message = await this.#file.first();
      if (message === undefined) await this.#filled(stopping);
      else await this.#sendFirst(message, stopping);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Whether it was sent in time. */
  async #sends(message: SpooledMessage, record: Buffer, giveUp: AbortSignal): Promise<boolean> {
    const { to, after } = this.#work;
    // One that the file cannot hold has to wait for the other side.
    const timeout = this.#file.canHold(record) ? after : Infinity;
    try {
      await withDeadline(to, 'mq_timedsend', { timeout, signal: giveUp }, (signal) =>
        this.#work.send(message, signal ?? giveUp),
      );
      return true;
    } catch (error) {
      if (codeOf(error) !== 'ETIMEDOUT') throw error;
      return false;
    }
  }

  async #filled(stopping: AbortSignal): Promise<void> {
    if (!this.#file.isEmpty) return;
    await orAbort(this.#changed(), stopping, this.#work.to).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
    });
  }

  async #sendFirst(message: SpooledMessage, stopping: AbortSignal): Promise<void> {
    try {
      await this.#work.send(message, stopping);
      this.#work.sent();
    } catch (error) {
      if (stopping.aborted && codeOf(error) === 'ABORT_ERR') return;
      await this.#work.refuse(message, error);
    }
    await this.#file.done();
    if (this.#file.isEmpty) this.#isFull = false;
    if (this.#file.isUnused) this.#tell('spoolEmpty');
    this.#change();
  }

  #tellFull(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#tell('spoolFull');
  }

  #tell(what: 'spooling' | 'spoolFull' | 'spoolEmpty'): void {
    apart(() => {
      this.#work.tell(what);
    });
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Whoever waits for a message, or for room, has another look. */
  #change(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
