import { codeOf } from '../base/code-of.js';
import { AbortError } from '../base/errors.js';
import { AbortListener } from '../base/abort-listener.js';
import { Line, type Place } from '../base/line.js';
import { within, type Scope } from '../base/scope.js';
import type { Delivery, Receiver } from '../transport/transport.js';

const SWEEP_TIME = 1000;

/** A place in the line of those who want a response. Each call of one of these takes it out. */
export interface ResponseTicket {
  deliver(delivery: Delivery): void;
  fail(error: unknown): void;
  /** Where its code is called, if that is code of the user. */
  readonly scope?: Scope | undefined;
  /** Where it stands; the line's own. */
  place?: Place<ResponseTicket> | undefined;
}

/**
 * The one line in which all readers of a host's responses stand. Who leaves it while a response is
 * on its way gets none, and the response goes to the next in line, who may have come meanwhile.
 */
export class ResponseLine {
  readonly #receiver: Receiver;
  readonly #refuse: (delivery: Delivery) => boolean;
  readonly #tickets = new Line<ResponseTicket>();
  readonly #unclaimed = new Line<Delivery>();
  /** For the wait of this moment, and for later ones until it is used. */
  #waiting = new AbortController();
  #pumping = false;

  /** @param refuse - whether a response is no reader's; asked for each */
  constructor(receiver: Receiver, refuse: (delivery: Delivery) => boolean) {
    this.#receiver = receiver;
    this.#refuse = refuse;
  }

  /** Whether somebody waits for a response. */
  get isRead(): boolean {
    return this.#tickets.length > 0;
  }

  /** Takes what is there already, unless a reader does it, and keeps for the next one what is not refused. */
  async sweep(count: number): Promise<void> {
    for (let taken = 0; taken < count && !this.isRead; taken += 1) {
      // Who counted them may be late.
      const delivery = await this.#receiver.next(AbortSignal.timeout(SWEEP_TIME));
      if (!this.#refuse(delivery)) this.#unclaimed.push(delivery);
    }
  }

  /** How many responses were taken for a reader that had gone, and wait here for the next one. */
  get unclaimed(): number {
    return this.#unclaimed.length;
  }

  join(ticket: ResponseTicket): void {
    ticket.place = this.#tickets.push(ticket);
    if (!this.#pumping) void this.#pump();
  }

  leave(ticket: ResponseTicket): void {
    if (!this.#tickets.leave(ticket.place)) return;
    if (this.#tickets.length === 0 && this.#pumping) this.#waiting.abort();
  }

  /** The next response for one reader. */
  take(queue: string, signal: AbortSignal | undefined): Promise<Delivery> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) throw new AbortError(signal.reason, queue);
      let listener: AbortListener | undefined;
      const ticket: ResponseTicket = {
        deliver(delivery) {
          listener?.remove();
          resolve(delivery);
        },
        fail(error) {
          listener?.remove();
          reject(error as Error);
        },
      };
      if (signal !== undefined) {
        listener = new AbortListener(signal, () => {
          this.leave(ticket);
          reject(new AbortError(signal.reason, queue));
        });
      }
      this.join(ticket);
    });
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#tickets.length > 0) {
      const delivery = this.#unclaimed.shift();
      if (delivery === undefined) await this.#receive();
      else this.#deliver(delivery);
    }
    this.#pumping = false;
  }

  #deliver(delivery: Delivery): void {
    const ticket = this.#tickets.shift();
    if (ticket !== undefined) within(ticket.scope, () => ticket.deliver(delivery));
  }

  async #receive(): Promise<void> {
    // Making one for each response took longer than receiving it.
    if (this.#waiting.signal.aborted) this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    try {
      const delivery = await this.#receiver.next(signal);
      if (!this.#refuse(delivery)) this.#unclaimed.push(delivery);
    } catch (error) {
      // Its end was asked for. Who joined since then stays in line.
      if (signal.aborted && codeOf(error) === 'ABORT_ERR') return;
      const ticket = this.#tickets.shift();
      if (ticket !== undefined) within(ticket.scope, () => ticket.fail(error));
    }
  }
}
