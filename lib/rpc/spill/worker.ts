import { clearInterval, setInterval } from '../../base/timers.js';
import type { SpilledBody } from '../envelope/spill.js';
import { removeOrphans } from './alive.js';
import { randomWord, SpillFolder } from './folder.js';
import { PERIOD } from './host.js';

/** The bodies that a worker reads and writes. They are their hosts'. */
export class WorkerSpill {
  readonly #folder: SpillFolder;
  readonly #most: number;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param queue - for the errors
   * @param most - bytes of the largest body that is read
   * @throws MessageQueueError where there is no shared memory for it
   */
  constructor(queue: string, most: number) {
    this.#folder = new SpillFolder(queue);
    this.#most = most;
    removeOrphans(this.#folder);
    this.#timer = setInterval(() => {
      removeOrphans(this.#folder);
    }, PERIOD).unref();
  }

  /** The body of a request. It stays: another worker may have to have it, if this one dies. */
  read(spilled: SpilledBody): Promise<Buffer> {
    return this.#folder.read(spilled, this.#most);
  }

  /** The body of a reply, which whoever takes that removes. */
  write(request: string, body: Uint8Array): Promise<SpilledBody> {
    return this.#folder.write(`${request}-${randomWord()}`, body);
  }

  /** Of a reply that nobody took. */
  remove({ name }: SpilledBody): void {
    this.#folder.remove(name);
  }

  close(): void {
    clearInterval(this.#timer);
    removeOrphans(this.#folder);
  }
}
