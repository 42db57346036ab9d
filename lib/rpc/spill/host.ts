import { errnoName } from '../../base/errno-name.js';
import { notSpillingError, spilledBodyError, spillWriteError } from '../../base/errors.js';
import { clearInterval, setInterval } from '../../base/timers.js';
import { unlock } from '../../native/lock-file.js';
import type { SpilledBody } from '../envelope/spill.js';
import { isTakenAway, lockAlive, removeOrphans } from './alive.js';
import { randomWord, SpillFolder } from './folder.js';

/** Milliseconds between two looks for leftovers. */
export const PERIOD = 1000;
const MOST_TRIES = 100;

/**
 * The bodies of one host's requests and of their replies. All of them are its own, and go with it: nobody else wants to
 * have them.
 */
export class HostSpill {
  readonly #queue: string;
  readonly #folder: SpillFolder;
  readonly #most: number;
  readonly #word: string;
  readonly #lock: number;
  readonly #open = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  readonly #forgetEnd: () => void;
  #count = 0;

  /**
   * @param queue - for the errors
   * @param most - bytes of the largest body that is read
   * @param atEnd - has something done when the process ends
   * @throws MessageQueueError where there is no shared memory for it
   */
  constructor(queue: string, most: number, atEnd: (remove: () => void) => () => void) {
    this.#queue = queue;
    this.#most = most;
    this.#folder = new SpillFolder(queue);
    removeOrphans(this.#folder);
    [this.#word, this.#lock] = this.#makeLock();
    this.#timer = setInterval(() => {
      removeOrphans(this.#folder);
      this.#removeAllBut(this.#open);
    }, PERIOD).unref();
    this.#forgetEnd = atEnd(() => {
      this.close();
    });
  }

  /** For one request. */
  begin(): CallSpill {
    this.#count += 1;
    const name = `${this.#word}-${this.#count}`;
    this.#open.add(name);
    return new CallSpill(name, this.#folder, this.#queue, this.#most, () => {
      this.#open.delete(name);
    });
  }

  /** Removes all that there is, in one go: a process that ends can wait for nothing. */
  close(): void {
    this.#forgetEnd();
    clearInterval(this.#timer);
    this.#open.clear();
    this.#removeAllBut(this.#open);
    unlock(this.#lock);
    removeOrphans(this.#folder);
  }

  /** Those of replies that came late, or never, as their worker died before it had sent them. */
  #removeAllBut(wanted: ReadonlySet<string>): void {
    for (const name of this.#folder.names()) {
      const [word, count] = name.split('-');
      if (word === this.#word && !wanted.has(`${word}-${count}`)) this.#folder.remove(name);
    }
  }

  #makeLock(): [word: string, lock: number] {
    for (let tries = 1; ; tries += 1) {
      const word = randomWord();
      const lock = lockAlive(this.#folder.lockOf(word));
      if (lock > 0) return [word, lock];
      if (tries < MOST_TRIES && isTakenAway(lock)) continue;
      const cause = { code: errnoName(lock), errno: lock };
      throw spillWriteError(this.#queue, 'The lock of a host of', cause);
    }
  }
}

/** The files of one request: that of its body, and those of its replies, until nobody waits for these any more. */
export class CallSpill {
  /** How all their names begin. */
  readonly name: string;
  readonly #folder: SpillFolder;
  readonly #queue: string;
  readonly #most: number;
  readonly #forget: () => void;
  #written = false;
  #ended = false;

  constructor(name: string, folder: SpillFolder, queue: string, most: number, forget: () => void) {
    this.name = name;
    this.#folder = folder;
    this.#queue = queue;
    this.#most = most;
    this.#forget = forget;
  }

  /** The body of the request, which stays until `end`, however often it is sent. */
  async write(body: Uint8Array): Promise<SpilledBody> {
    this.#written = true;
    const spilled = await this.#folder.write(this.name, body);
    if (this.#ended) this.#folder.remove(this.name);
    return spilled;
  }

  /** The body of a reply, which goes by that. */
  async read(spilled: SpilledBody): Promise<Buffer> {
    // Else a worker could have this host remove whatever is in the folder.
    if (!spilled.name.startsWith(`${this.name}-`)) {
      throw spilledBodyError(this.#queue, 'has the name of another request');
    }
    try {
      return await this.#folder.read(spilled, this.#most);
    } finally {
      this.#folder.remove(spilled.name);
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#forget();
    if (this.#written) this.#folder.remove(this.name);
  }
}

/** @returns rejects where nobody is to look there */
export async function readReply(
  spill: CallSpill | undefined,
  spilled: SpilledBody,
  queue: string,
): Promise<Buffer> {
  if (spill === undefined) throw notSpillingError(queue);
  return spill.read(spilled);
}
