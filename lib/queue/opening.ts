import { constants as files } from 'node:fs';
import { constants } from 'node:os';
import { sizesError, systemError, untrustedError, type MessageQueueError } from '../base/errors.js';
import { defaultSizes, explainOpenFailure } from '../base/limits.js';
import { shownName, type QueueName } from '../base/names.js';
import type { NativeQueue } from '../native/binding.js';
import { native } from '../native/native.js';
import { modeOf } from './mode.js';
import type { OpenOptions } from './open-options.js';
import { statOf } from '../native/stat.js';
import { warnOfSizes } from '../base/warnings.js';
import { isTrusted } from './trusted-owner.js';
import { unlinkError } from '../native/unlink.js';

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = files;
const { EACCES, EEXIST, ENOENT, EPERM } = constants.errno;

/**
 * The first that is permitted. What was taken by a reader and not delivered can go back only through a
 * descriptor that writes.
 */
const WAYS = { read: [O_RDWR, O_RDONLY], write: [O_WRONLY], readwrite: [O_RDWR] };

const OWNER_BITS = 0o700;
// Others may create and unlink the name at the same time, again and again.
const MOST_TRIES = 100;

type Sizes = [maxMessages: number, maxMessageSize: number];

/** How a queue of one name is opened or created, now and when it is to be opened anew. */
export class Opening {
  readonly #name: QueueName;
  readonly #shown: string;
  readonly #options: OpenOptions;
  readonly #ways: readonly number[];
  readonly #create: number;
  readonly #mode: number;
  readonly #sizes: Sizes;

  constructor(name: QueueName, options: OpenOptions) {
    const { access = 'readwrite', create = false, maxMessages, maxMessageSize } = options;
    this.#name = name;
    this.#shown = shownName(name);
    this.#options = options;
    this.#ways = WAYS[access];
    this.#create = create ? O_CREAT : 0;
    this.#mode = modeOf(options.mode);
    // For 0 and 0 the kernel takes its own defaults.
    const given = maxMessages !== undefined || maxMessageSize !== undefined;
    this.#sizes = given ? wanted(options) : [0, 0];
  }

  /** @throws MessageQueueError */
  open(): NativeQueue {
    const { exclusive = false, onMismatch } = this.#options;
    for (let tries = 0; ; tries += 1) {
      const queue = this.#openOnce(exclusive ? O_EXCL : 0);
      const problem = this.#problemOf(queue);
      if (problem === undefined || onMismatch === 'keep') return queue;
      if (onMismatch === undefined) {
        warnOfSizes(problem);
        return queue;
      }
      queue.close();
      if (onMismatch === 'error' || tries === MOST_TRIES) throw problem;
      const removed = native.unlink(this.#name);
      if (removed !== 0 && removed !== -ENOENT) throw unlinkError(removed, this.#name);
    }
  }

  /** Where another queue has the name by now: that one, of whatever sizes, or a negative errno. */
  again(): NativeQueue | number {
    const queue =
      this.#options.reopen === 'existing' ? this.#openExisting() : this.#openOrCreate(0);
    if (typeof queue === 'number' || this.#trusts(queue)) return queue;
    queue.close();
    return -EPERM;
  }

  #openOnce(exclusive: number): NativeQueue {
    const queue = this.#openOrCreate(exclusive);
    if (typeof queue === 'number') throw this.#failure(queue);
    if (this.#trusts(queue)) return queue;
    const { owner } = statOf(queue, this.#shown);
    queue.close();
    throw untrustedError(this.#shown, owner);
  }

  #openOrCreate(exclusive: number): NativeQueue | number {
    const { create = false, exactMode = false, group } = this.#options;
    if (!create || (!exactMode && group === undefined)) {
      return this.#openNative(this.#create | exclusive, this.#mode, this.#sizes);
    }
    let queue: NativeQueue | number = -EEXIST;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      queue = this.#createExactly();
      if (queue !== -EEXIST || exclusive !== 0) return queue;
      queue = this.#openExisting();
      if (queue !== -ENOENT) return queue;
    }
    return queue;
  }

  #openExisting(): NativeQueue | number {
    return this.#openNative(0, 0, [0, 0]);
  }

  #openNative(flags: number, mode: number, sizes: Sizes): NativeQueue | number {
    let queue: NativeQueue | number = -EACCES;
    for (const way of this.#ways) {
      queue = native.open(this.#name, way | flags, mode, ...sizes);
      if (queue !== -EACCES && queue !== -EPERM) break;
    }
    return queue;
  }

  /** For the owner alone until it has its group. */
  #createExactly(): NativeQueue | number {
    const mode = this.#mode & OWNER_BITS;
    const queue = this.#openNative(O_CREAT | O_EXCL, mode, this.#sizes);
    if (typeof queue === 'number') return queue;
    const refused = queue.setPermissions(this.#mode, this.#options.group);
    if (refused === 0) return queue;
    queue.close();
    native.unlink(this.#name);
    return refused;
  }

  #trusts(queue: NativeQueue): boolean {
    const { create = false, trustedOwner } = this.#options;
    return !create || isTrusted(statOf(queue, this.#shown).owner, trustedOwner);
  }

  /** What differs from the sizes that were asked for. */
  #problemOf(queue: NativeQueue): MessageQueueError | undefined {
    const { create = false, maxMessages, maxMessageSize } = this.#options;
    const attributes = queue.attributes();
    if (!create || typeof attributes === 'number') return undefined;
    const [most, largest] = attributes;
    const same = most === (maxMessages ?? most) && largest === (maxMessageSize ?? largest);
    if (same) return undefined;
    const has = { maxMessages: most, maxMessageSize: largest };
    return sizesError(this.#shown, has, { maxMessages, maxMessageSize });
  }

  #failure(errno: number): MessageQueueError {
    const { create = false, group } = this.#options;
    if (errno === -EPERM && group !== undefined) {
      const context = `this user may not give it to group ${group}. Use a group that it is in`;
      return systemError(errno, 'fchown', this.#shown, context);
    }
    const context = create ? explainOpenFailure(errno, ...wanted(this.#options)) : undefined;
    return systemError(errno, 'mq_open', this.#shown, context);
  }
}

function wanted({ maxMessages, maxMessageSize }: OpenOptions): Sizes {
  const defaults = defaultSizes();
  return [maxMessages ?? defaults.maxMessages, maxMessageSize ?? defaults.maxMessageSize];
}
