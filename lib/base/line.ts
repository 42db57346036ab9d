/** Where something stands in a {@link Line}. */
export interface Place<T> {
  readonly value: T;
  ahead: Place<T> | undefined;
  behind: Place<T> | undefined;
  line: Line<T> | undefined;
}

/**
 * First come, first served, and whoever stands in it may leave: each at the same cost, however long the
 * line is. (To search an array and to close the gap takes the longer the more stand in it, so that all
 * who leave together would take that squared.)
 */
export class Line<T> {
  #front: Place<T> | undefined;
  #back: Place<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Whose turn it is; `behind` it is the next one. */
  get front(): Place<T> | undefined {
    return this.#front;
  }

  /** All of them, in their order. */
  values(): T[] {
    const values: T[] = [];
    for (let place = this.#front; place !== undefined; place = place.behind) {
      values.push(place.value);
    }
    return values;
  }

  /** To the end of the line. */
  push(value: T): Place<T> {
    return this.#insert(value, this.#back);
  }

  /** As far ahead as those whom it `follows` allow. */
  insert(value: T, follows: (other: T) => boolean): void {
    let ahead = this.#back;
    while (ahead !== undefined && !follows(ahead.value)) ahead = ahead.ahead;
    this.#insert(value, ahead);
  }

  shift(): T | undefined {
    const front = this.#front;
    if (front === undefined) return undefined;
    this.leave(front);
    return front.value;
  }

  /** The first ones, `max` at most. */
  take(max: number): T[] {
    const taken: T[] = [];
    while (taken.length < max && this.#front !== undefined) taken.push(this.shift() as T);
    return taken;
  }

  /** False when it stands there no more. */
  leave(place: Place<T> | undefined): boolean {
    if (place?.line !== this) return false;
    const { ahead, behind } = place;
    if (ahead === undefined) this.#front = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.#back = ahead;
    else behind.ahead = ahead;
    // Nothing that is long gone is kept by who has kept its place.
    place.ahead = place.behind = place.line = undefined;
    this.#length -= 1;
    return true;
  }

  #insert(value: T, ahead: Place<T> | undefined): Place<T> {
    const behind = ahead === undefined ? this.#front : ahead.behind;
    const place: Place<T> = { value, ahead, behind, line: this };
    if (ahead === undefined) this.#front = place;
    else ahead.behind = place;
    if (behind === undefined) this.#back = place;
    else behind.ahead = place;
    this.#length += 1;
    return place;
  }
}
