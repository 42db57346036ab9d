import { Line } from '../../base/line.js';
import type { Consumer } from './consumer.js';
import { Turn } from './turn.js';

/** The consumers who stand in a line, first come first served. */
export class Consumers {
  readonly #line = new Line<Consumer>();
  /** Those of them that do not wait: where there is nothing for them they leave. */
  readonly #hasty = new Set<Consumer>();

  get length(): number {
    return this.#line.length;
  }

  /** Whether one of them does not wait. */
  get hasHasty(): boolean {
    return this.#hasty.size > 0;
  }

  push(consumer: Consumer): void {
    consumer.place = this.#line.push(consumer);
    if (consumer.empty !== undefined) this.#hasty.add(consumer);
  }

  /** False when it does not stand there. */
  leave(consumer: Consumer): boolean {
    this.#hasty.delete(consumer);
    return this.#line.leave(consumer.place);
  }

  shift(): Consumer | undefined {
    const first = this.#line.shift();
    if (first !== undefined) this.#hasty.delete(first);
    return first;
  }

  takeAll(): Consumer[] {
    this.#hasty.clear();
    return this.#line.take(Infinity);
  }

  /** Those that do not wait. */
  hasty(): Consumer[] {
    return [...this.#hasty];
  }

  /** How many messages they want together, as many as a turn allows at most. */
  demand(): number {
    // Each wants one at least.
    if (this.#line.length >= Turn.limit) return Turn.limit;
    let demand = 0;
    for (let place = this.#line.front; place !== undefined; place = place.behind) {
      demand += place.value.want;
    }
    return Math.min(demand, Turn.limit);
  }

  /** Whether they want so many messages. */
  want(count: number): boolean {
    return count <= this.#line.length || count <= this.demand();
  }
}
