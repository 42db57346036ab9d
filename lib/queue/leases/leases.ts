import { constants } from 'node:os';
import { leaseError } from '../../base/errors.js';
import type { QueueName } from '../../base/names.js';
import { clearTimeout, setTimeout } from '../../base/timers.js';
import { warnOfLeaseFile } from '../../base/warnings.js';
import type { NativeQueue } from '../../native/binding.js';
import { LeasedMessage } from '../../native/leased-message.js';
import { native } from '../../native/native.js';
import type { QueueCore } from '../core.js';
import { LeaseFolder } from './folder.js';

const { EAGAIN, EPROTO } = constants.errno;

/** Milliseconds between two looks for files whose process has died. */
const PERIOD = 1000;
// With many receivers of one queue all their looks together stay bearable.
const PER_FILE = 5;
// Who is busy leaves an orphan to those who are not for so many looks.
const BUSY_LOOKS = 2;
// A name is random, and can be had by somebody's look only while its file is made.
const MOST_TRIES = 100;
// From this attempt on a message is suspected to kill its receivers, and is worked on alone among such.
const SUSPECT = 2;

/**
 * What keeps the messages in a receiver's hand where a killed process cannot take them along, and brings those of
 * receivers that were killed.
 */
export class Leases {
  readonly #name: string;
  readonly #key: QueueName;
  readonly #slots: number;
  readonly #folder: LeaseFolder;
  readonly #leases = new Set<number>();
  /** Files that are nobody's, and were left to others so many times. */
  readonly #orphans = new Map<string, number>();
  /** Files in which nothing is to be had. */
  readonly #hopeless = new Set<string>();
  readonly #suspects: LeasedMessage[] = [];
  #suspect: LeasedMessage | undefined;
  #core: QueueCore | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param slots - how many messages are in hand at most
   * @throws MessageQueueError when this machine has no place for it
   */
  constructor(name: string, key: QueueName, slots: number) {
    this.#name = name;
    this.#key = key;
    this.#slots = slots;
    this.#folder = new LeaseFolder(name, key);
  }

  /**
   * For each queue that has the name, before anything is received from it.
   *
   * @throws MessageQueueError when shared memory is full
   */
  keep(queue: NativeQueue): void {
    const attributes = queue.attributes();
    const size = typeof attributes === 'number' ? 0 : attributes[1];
    const lease = this.#create(size);
    if (lease < 0) throw leaseError(this.#name, lease, this.#slots, size);
    this.#leases.add(lease);
    const refused = queue.useLease(lease);
    if (refused !== 0) throw leaseError(this.#name, refused, this.#slots, size);
  }

  /** From now on it takes over what others leave behind. */
  start(core: QueueCore): void {
    this.#core = core;
    this.#look(core, false);
  }

  /** After the queue was closed. What is still in hand is for others. */
  close(): void {
    clearTimeout(this.#timer);
    this.#core = undefined;
    this.#suspects.length = 0;
    for (const lease of this.#leases) native.closeLease(lease);
    this.#leases.clear();
  }

  #create(size: number): number {
    let lease = -EAGAIN;
    for (let tries = 0; tries < MOST_TRIES && lease === -EAGAIN; tries += 1) {
      const path = this.#folder.newPath();
      lease = native.createLease(path, this.#key, this.#folder.ipcNamespace, this.#slots, size);
    }
    return lease;
  }

  #look(core: QueueCore, busy: boolean): void {
    const paths = this.#paths();
    for (const path of paths) {
      if (!this.#hopeless.has(path)) this.#adoptFile(core, path, busy);
    }
    for (const known of [this.#hopeless, this.#orphans]) {
      for (const path of known.keys()) if (!paths.includes(path)) known.delete(path);
    }
    const period = Math.max(PERIOD, paths.length * PER_FILE) * (0.75 + Math.random() * 0.25);
    this.#timer = setTimeout(() => {
      this.#look(core, !core.receives.wanted);
    }, period);
    this.#timer.unref();
  }

  /** Another look comes, by which the folder may be there again. */
  #paths(): string[] {
    try {
      return this.#folder.paths();
    } catch {
      return [];
    }
  }

  #adoptFile(core: QueueCore, path: string, busy: boolean): void {
    const lease = native.adoptLease(path, this.#key, this.#folder.ipcNamespace);
    if (lease === -EPROTO) {
      this.#hopeless.add(path);
      warnOfLeaseFile(path);
    }
    if (lease < 0) return;
    const looks = this.#orphans.get(path) ?? 0;
    const slots = native.heldSlots(lease);
    if (slots.length > 0 && busy && looks < BUSY_LOOKS) {
      this.#orphans.set(path, looks + 1);
      native.closeLease(lease);
      return;
    }
    // What was given up in it stays there.
    if (slots.length === 0) this.#hopeless.add(path);
    else this.#leases.add(lease);
    this.#hold(core, slots);
  }

  #hold(core: QueueCore, slots: readonly number[]): void {
    const messages: LeasedMessage[] = [];
    for (const slot of slots) {
      const contents = native.readSlot(slot);
      if (typeof contents === 'number') continue;
      const [data, priority, attempts] = contents;
      const settled = attempts + 1 < SUSPECT ? undefined : this.#nextSuspect;
      const message = new LeasedMessage(data, priority, slot, attempts + 1, settled);
      (settled === undefined ? messages : this.#suspects).push(message);
    }
    if (messages.length > 0) void core.hold(messages);
    if (this.#suspect === undefined) this.#nextSuspect();
  }

  readonly #nextSuspect = (): void => {
    this.#suspect = this.#suspects.shift();
    if (this.#suspect !== undefined) void this.#core?.hold([this.#suspect]);
  };
}
