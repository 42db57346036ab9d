import { constants } from 'node:os';
import { errnoName } from './errno-name.js';

const { EAGAIN, EFAULT, EMSGSIZE } = constants.errno;

/** Messages that could not go back into the kernel's queue: how many, by negative errno. */
export class Losses {
  readonly #counts = new Map<number, number>();

  get count(): number {
    let count = 0;
    for (const each of this.#counts.values()) count += each;
    return count;
  }

  add(count: number, errno: number): void {
    if (count > 0) this.#counts.set(errno, (this.#counts.get(errno) ?? 0) + count);
  }

  /** Why, with the numbers where there are several reasons. */
  reasons(): string {
    const entries = [...this.#counts];
    if (entries.length === 1) return entries.map(([errno]) => reason(errno)).join('');
    return entries.map(([errno, count]) => `${count} ${reason(errno)}`).join(', ');
  }
}

function reason(errno: number): string {
  if (errno === -EAGAIN) return 'found no room in the queue any more';
  if (errno === -EMSGSIZE) return 'exceeded the maxMessageSize of the queue that has the name now';
  if (errno === -EFAULT)
    return 'could not go back, because their memory was given to another thread';
  return `could not go back, because this process may not write to the queue (${errnoName(errno)})`;
}
