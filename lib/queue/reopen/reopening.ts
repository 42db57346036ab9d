import { constants } from 'node:os';
import type { NativeQueue } from '../../native/binding.js';
import { nextTick } from '../../base/timers.js';
import { LinkTimer } from '../../base/interval-timer.js';
import { OldQueues } from './old-queues.js';
import { isUnlinked } from '../../native/stat.js';
import { PARKED } from '../../native/answers.js';

const { EACCES, EAGAIN, ECANCELED, EINPROGRESS, EMFILE, ENFILE, ENOENT, ENOMEM, ENOSPC } =
  constants.errno;

/** What may be over in a moment; with anything else the next call fails. */
const TEMPORARY = new Set([ENOENT, EMFILE, ENFILE, ENOSPC, ENOMEM]);

/** What a {@link ReopeningQueue} tells. */
export interface LinkListener {
  unlinked(): void;
  reopened(): void;
}

/**
 * A queue that is opened anew when its name was removed, with the face of a native queue. Sends go to
 * the queue that has the name, or wait until there is one; receives empty the old one first.
 */
export class ReopeningQueue implements NativeQueue {
  onreceive: (result: number) => void = () => undefined;
  onsend: (result: number) => void = () => undefined;
  onchange: () => void = () => undefined;
  listener: LinkListener | undefined;

  readonly #open: () => NativeQueue | number;
  readonly #timer = new LinkTimer(() => {
    this.#look();
  });
  #current: NativeQueue;
  /** Without a name: what they still have comes first. */
  readonly #old: OldQueues;
  /** It has no name, and no other has it. */
  #lost = false;
  /** Where the last messages came from. */
  #source: NativeQueue;
  #receiving: NativeQueue | undefined;
  #sending: NativeQueue | undefined;
  /** Sends wait for a queue to go to. */
  #parked = false;
  #receiveAgain = false;
  #sendAgain = false;
  /** How many of the last send went that was not told yet. */
  #untold = 0;
  #referenced = true;
  #watched = false;
  #reserved = false;

  /**
   * @param readable - whether it is opened for receiving
   * @param open - opens the queue of that name: a negative errno when it cannot
   */
  constructor(first: NativeQueue, readable: boolean, open: () => NativeQueue | number) {
    this.#open = open;
    this.#old = new OldQueues(readable);
    this.#current = first;
    this.#source = first;
    this.#listen(first);
  }

  attributes(): [number, number, number] | number {
    const attributes = this.#current.attributes();
    if (typeof attributes === 'number') return attributes;
    attributes[2] += this.#old.count();
    return attributes;
  }

  names(): number {
    return this.#current.names();
  }

  status(): [number, number, number, number] | number {
    return this.#current.status();
  }

  setPermissions(mode: number, group: number | undefined): number {
    return this.#current.setPermissions(mode, group);
  }

  descriptor(): number {
    return this.#current.descriptor();
  }

  watch(): number {
    this.#watched = true;
    this.#watch();
    return this.#current.watch();
  }

  unwatch(): void {
    this.#watched = false;
    this.#watch();
    this.#current.unwatch();
  }

  tryReceive(max: number, microseconds: number): number {
    const result = this.#tryReceiveOld(max);
    if (result !== -EAGAIN) return result;
    this.#source = this.#current;
    const first = this.#current.tryReceive(max, microseconds);
    if (first !== -EAGAIN || !isUnlinked(this.#current)) return first;
    const problem = this.#renew();
    if (problem !== 0) return problem;
    const last = this.#tryReceiveOld(max);
    if (last !== -EAGAIN) return last;
    this.#source = this.#current;
    return this.#current.tryReceive(max, 0);
  }

  trySend(count: number): number {
    const problem = this.#ensure();
    return problem === 0 ? this.#current.trySend(count) : problem;
  }

  receiveOnWorker(max: number): number {
    return this.#receive((queue) => queue.receiveOnWorker(max));
  }

  receiveOnLoop(max: number, milliseconds: number): number {
    return this.#receive((queue) => queue.receiveOnLoop(max, milliseconds));
  }

  receiveSpinning(max: number, microseconds: number): number {
    return this.#receive((queue) => queue.receiveSpinning(max, microseconds));
  }

  sendOnWorker(count: number): number {
    return this.#send((queue) => queue.sendOnWorker(count));
  }

  sendOnLoop(count: number, milliseconds: number): number {
    return this.#send((queue) => queue.sendOnLoop(count, milliseconds));
  }

  sendSpinning(count: number, microseconds: number): number {
    return this.#send((queue) => queue.sendSpinning(count, microseconds));
  }

  cancelReceive(): boolean {
    this.#receiveAgain = false;
    const over = this.#receiving?.cancelReceive() ?? true;
    if (over) this.#receiveOver();
    return over;
  }

  cancelSend(): number {
    const early = this.#sendAgain ? this.#untold : 0;
    this.#sendAgain = false;
    const sent = this.#sending?.cancelSend() ?? early;
    if (sent !== -EINPROGRESS) this.#sendOver();
    return sent;
  }

  settleSend(): number {
    this.#sendAgain = false;
    const sent = this.#sending?.settleSend() ?? this.#untold;
    this.#sendOver();
    return sent;
  }

  settleReceive(): number {
    const queue = this.#receiving ?? this.#current;
    const result = queue.settleReceive();
    this.#source = queue;
    this.#receiveOver();
    return result;
  }

  giveBack(count: number, patience: number): number {
    // Into a queue without a name they would go for nobody.
    const problem = this.#ensure();
    return problem === 0 ? this.#current.giveBack(count, patience) : problem;
  }

  returnFrom(first: number): number {
    return this.#source.returnFrom(first);
  }

  reserveThread(): boolean {
    this.#reserved = this.#current.reserveThread();
    return this.#reserved;
  }

  yieldThread(sending: boolean): boolean {
    return (sending ? this.#sending : this.#receiving)?.yieldThread(sending) ?? false;
  }

  releaseThread(): void {
    this.#reserved = false;
    this.#current.releaseThread();
  }

  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    this.#current.setReferenced(referenced);
    this.#watch();
  }

  close(): number {
    this.unwatch();
    this.#timer.stop();
    this.#old.close();
    return this.#current.close();
  }

  #listen(queue: NativeQueue): void {
    queue.onchange = () => {
      this.onchange();
    };
    queue.onreceive = (result) => {
      this.#source = queue;
      this.#receiveOver();
      this.onreceive(result);
      this.#old.sweep();
    };
    queue.onsend = (result) => {
      this.#untold = Math.max(0, result);
      this.#sendOver();
      this.#old.sweep();
      this.onsend(result);
    };
  }

  #tryReceiveOld(max: number): number {
    return this.#old.tryReceive(max, (queue) => {
      this.#source = queue;
    });
  }

  #receive(begin: (queue: NativeQueue) => number): number {
    const result = begin(this.#current);
    if (result === 0) this.#receiving = this.#current;
    this.#watch();
    return result;
  }

  #send(begin: (queue: NativeQueue) => number): number {
    this.#untold = 0;
    if (this.#lost) {
      this.#parked = true;
      this.#timer.backOff();
      this.#timer.stop();
      this.#watch();
      return PARKED;
    }
    const result = begin(this.#current);
    if (result === 0) this.#sending = this.#current;
    this.#watch();
    return result;
  }

  #receiveOver(): void {
    this.#receiving = undefined;
    this.#watch();
  }

  #sendOver(): void {
    this.#sending = undefined;
    this.#parked = false;
    this.#watch();
  }

  #watch(): void {
    const waits =
      this.#watched || this.#receiving !== undefined || this.#sending !== undefined || this.#parked;
    if (waits) this.#timer.start(this.#parked && this.#referenced);
    else this.#timer.stop();
  }

  /** Looks now whether another queue has the name. */
  notice(): void {
    this.#ensure();
  }

  /** From time to time during a wait, which would not notice. */
  #look(): void {
    const problem = this.#ensure();
    if (problem === 0) return;
    if (problem === -EAGAIN) this.#timer.backOff();
    else this.#endWaits(problem);
  }

  /** 0 when the queue has its name, or another one was opened; -EAGAIN when it may be soon. */
  #ensure(): number {
    return isUnlinked(this.#current) ? this.#renew() : 0;
  }

  #renew(): number {
    if (!this.#lost) {
      this.#lost = true;
      // It goes over to wait for a queue with a name.
      this.#endSend(-ECANCELED);
      this.listener?.unlinked();
    }
    const opened = this.#open();
    if (typeof opened === 'number') return TEMPORARY.has(-opened) ? -EAGAIN : -EACCES;
    this.#adopt(opened);
    return 0;
  }

  #adopt(opened: NativeQueue): void {
    const old = this.#current;
    this.#listen(opened);
    opened.setReferenced(this.#referenced);
    if (this.#reserved) {
      old.releaseThread();
      opened.reserveThread();
    }
    if (this.#watched) {
      old.unwatch();
      opened.watch();
    }
    this.#current = opened;
    this.#old.add(old);
    this.#lost = false;
    this.#timer.reset();
    this.#endWaits(-ECANCELED);
    this.#old.sweep();
    this.listener?.reopened();
  }

  /** Those who wait try again, or are told of the failure. */
  #endWaits(result: number): void {
    this.#endReceive(result);
    this.#endSend(result);
  }

  // What cannot be ended at once ends by itself, through the native callbacks.
  #endReceive(result: number): void {
    if (this.#receiving?.cancelReceive() !== true) return;
    this.#receiveOver();
    this.#receiveAgain = true;
    nextTick(() => {
      if (!this.#receiveAgain) return;
      this.#receiveAgain = false;
      this.onreceive(result);
    });
  }

  #endSend(result: number): void {
    const waits = this.#parked || this.#sending !== undefined;
    const sent = this.#sending?.cancelSend() ?? 0;
    if (!waits || sent === -EINPROGRESS) return;
    this.#sendOver();
    this.#sendAgain = true;
    this.#untold = sent;
    nextTick(() => {
      if (!this.#sendAgain) return;
      this.#sendAgain = false;
      this.onsend(sent > 0 ? sent : result);
    });
  }
}
