import { NOTHING, ON_ITS_WAY, CANCELLED, PARKED } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';
import { isUnlinked } from '../../native/stat.js';
import { LinkTimer } from '../../base/interval-timer.js';
import { OldQueues } from './old-queues.js';
import type { LinkEvents } from './queue-link.js';
import { RoamingWait } from './roaming-wait.js';
import { Succession } from './succession.js';

/**
 * A queue that is opened anew when its name was removed, with the face of a native queue. Sends go to
 * the queue that has the name, or wait until there is one; receives empty the old one first.
 */
export class ReopeningQueue implements NativeQueue {
  onreceive: (result: number) => void = () => undefined;
  onsend: (result: number) => void = () => undefined;
  onchange: () => void = () => undefined;
  listener: LinkEvents | undefined;

  readonly #succession: Succession;
  /** Without a name: what they still have comes first. */
  readonly #old: OldQueues;
  readonly #timer = new LinkTimer(() => {
    this.#look();
  });
  readonly #receiving = new RoamingWait(
    (queue) => (queue.cancelReceive() ? 0 : ON_ITS_WAY),
    (result) => {
      this.#watch();
      this.onreceive(result);
    },
  );
  readonly #sending = new RoamingWait(
    (queue) => queue.cancelSend(),
    (result) => {
      this.#watch();
      this.onsend(result);
    },
  );
  /** Where the last messages came from. */
  #source: NativeQueue;
  #referenced = true;
  #watched = false;
  #reserved = false;

  /** @param readable - whether it is opened for receiving */
  constructor(first: NativeQueue, readable: boolean, open: () => NativeQueue | number) {
    this.#old = new OldQueues(readable);
    this.#source = first;
    this.#succession = new Succession(first, open, {
      lost: () => {
        // They go over to wait for a queue with a name.
        this.#sending.end(CANCELLED);
        this.listener?.unlinked();
      },
      adopted: (next, old) => {
        this.#adopt(next, old);
      },
    });
    this.#listen(first);
  }

  get #current(): NativeQueue {
    return this.#succession.current;
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
    if (result !== NOTHING) return result;
    this.#source = this.#current;
    const first = this.#current.tryReceive(max, microseconds);
    if (first !== NOTHING || !isUnlinked(this.#current)) return first;
    const problem = this.#succession.renew();
    if (problem !== 0) return problem;
    const last = this.#tryReceiveOld(max);
    if (last !== NOTHING) return last;
    this.#source = this.#current;
    return this.#current.tryReceive(max, 0);
  }

  trySend(count: number): number {
    const problem = this.#succession.ensure();
    return problem === 0 ? this.#current.trySend(count) : problem;
  }

  beginReceive(way: number, max: number, microseconds: number): number {
    return this.#receive((queue) => queue.beginReceive(way, max, microseconds));
  }

  beginSend(way: number, count: number, microseconds: number): number {
    return this.#send((queue) => queue.beginSend(way, count, microseconds));
  }

  cancelReceive(): boolean {
    const over = this.#receiving.cancel() !== ON_ITS_WAY;
    this.#watch();
    return over;
  }

  cancelSend(): number {
    const sent = this.#sending.cancel();
    this.#watch();
    return sent;
  }

  settleSend(): number {
    const sent = this.#sending.settle((queue) => queue.settleSend());
    this.#watch();
    return sent;
  }

  settleReceive(): number {
    const result = this.#receiving.settle((queue) => {
      this.#source = queue;
      return queue.settleReceive();
    });
    this.#watch();
    return result;
  }

  putBack(count: number, patience: number): number {
    // Into a queue without a name they would go for nobody.
    const problem = this.#succession.ensure();
    return problem === 0 ? this.#current.putBack(count, patience) : problem;
  }

  putBackInbox(first: number): number {
    return this.#source.putBackInbox(first);
  }

  reserveThread(): boolean {
    this.#reserved = this.#current.reserveThread();
    return this.#reserved;
  }

  yieldThread(sending: boolean): boolean {
    return (sending ? this.#sending : this.#receiving).queue?.yieldThread(sending) ?? false;
  }

  releaseThread(): void {
    this.#reserved = false;
    this.#current.releaseThread();
  }

  /** Of the queue that has the name: others get theirs before they come here. */
  useLease(lease: number): number {
    return this.#current.useLease(lease);
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
      this.#receiving.over();
      this.#watch();
      this.onreceive(result);
      this.#old.sweep();
    };
    queue.onsend = (result) => {
      this.#sending.over();
      this.#watch();
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
    const answer = this.#receiving.begin(this.#current, begin);
    this.#watch();
    return answer;
  }

  #send(begin: (queue: NativeQueue) => number): number {
    if (!this.#succession.lost) {
      const answer = this.#sending.begin(this.#current, begin);
      this.#watch();
      return answer;
    }
    this.#sending.park();
    this.#timer.backOff();
    this.#timer.stop();
    this.#watch();
    return PARKED;
  }

  #watch(): void {
    if (this.#watched || this.#receiving.waits || this.#sending.waits) {
      this.#timer.start(this.#sending.parked && this.#referenced);
    } else this.#timer.stop();
  }

  /** Looks now whether another queue has the name. */
  notice(): void {
    this.#succession.ensure();
  }

  /** From time to time during a wait, which would not notice. */
  #look(): void {
    const problem = this.#succession.ensure();
    if (problem === NOTHING) this.#timer.backOff();
    else if (problem !== 0) this.#endWaits(problem);
  }

  #adopt(next: NativeQueue, old: NativeQueue): void {
    this.#listen(next);
    next.setReferenced(this.#referenced);
    if (this.#reserved) {
      old.releaseThread();
      next.reserveThread();
    }
    if (this.#watched) {
      old.unwatch();
      next.watch();
    }
    this.#old.add(old);
    this.#timer.reset();
    this.#endWaits(CANCELLED);
    this.#old.sweep();
    this.listener?.reopened();
  }

  /** Those who wait try again, or are told of the failure. */
  #endWaits(result: number): void {
    this.#receiving.end(result);
    this.#sending.end(result);
    this.#watch();
  }
}
