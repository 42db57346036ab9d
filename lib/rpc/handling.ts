import { processing, traced } from '../base/channels.js';
import { notSpillingError } from '../base/errors.js';
import { orAbort } from '../service/or-abort.js';
import { eachOf, isSeveral, isValue, type HandlerResult } from '../service/results.js';
import type { Bodies } from './bodies.js';
import type { Context } from './context.js';
import type { Request } from './envelope/request.js';
import { isSpilled, type SpilledBody } from './envelope/spill.js';
import type { lookUp } from './handlers.js';
import type { Replies } from './replies.js';
import { RpcError } from './rpc-error.js';
import type { WorkerSpill } from './spill/worker.js';

/** What it takes to have a request handled. */
export interface HandlingOptions {
  /** The queue of the requests. */
  readonly requests: string;
  readonly handlerOf: ReturnType<typeof lookUp>;
  readonly bodies: Bodies;
  /** Aborted when the worker gives up what it has in hand. */
  readonly givenUp: AbortSignal;
  /** Where bodies are that are too large for a message. */
  spill(): WorkerSpill | undefined;
}

/** From the body of a request to its replies, by the handler of its method. */
export class Handling {
  readonly #options: HandlingOptions;

  constructor(options: HandlingOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined where all is done at once, as a wait for nothing takes as long as all of that; rejects with what
   * the handler fails with
   * @throws what the handler throws
   */
  handle(request: Request, context: Context, replies: Replies): Promise<void> | undefined {
    return processing.hasSubscribers
      ? this.#handleTraced(request, context, replies)
      : this.#handle(request, context, replies);
  }

  #handleTraced(request: Request, context: Context, replies: Replies): Promise<void> {
    const { id, body, spill, traceparent, tracestate } = request;
    const { method, attempt, priority } = context;
    const { requests: queue } = this.#options;
    const size = isSpilled(spill) ? spill.size : body.length;
    const about = { id, method, attempt, traceparent, tracestate };
    return traced(processing, { queue, priority, size, ...about }, async () =>
      this.#handle(request, context, replies),
    );
  }

  #handle(request: Request, context: Context, replies: Replies): Promise<void> | undefined {
    const { handlerOf, bodies } = this.#options;
    const handler = handlerOf(request.method);
    if (handler === undefined) throw noMethod();
    const handle = (body: Buffer): Promise<void> | undefined => {
      const value = bodies.decode(body, context.priority);
      return this.#send(handler(value, context), replies);
    };
    const { spill } = request;
    return isSpilled(spill) ? this.#readSpilled(spill).then(handle) : handle(request.body);
  }

  async #readSpilled(spilled: SpilledBody): Promise<Buffer> {
    const { requests } = this.#options;
    const spill = this.#options.spill();
    if (spill === undefined) throw notSpillingError(requests);
    return spill.read(spilled);
  }

  /** At once where the value is there, and there is room for it. */
  #send(result: HandlerResult<unknown>, replies: Replies): Promise<void> | undefined {
    if (!isValue(result)) return this.#sendLater(result, replies);
    return replies.send(this.#options.bodies.encode(result), false);
  }

  async #sendLater(result: HandlerResult<unknown>, replies: Replies): Promise<void> {
    const { requests, bodies, givenUp } = this.#options;
    const settled = isValue(result)
      ? result
      : await orAbort(Promise.resolve(result), givenUp, requests);
    if (!isSeveral(settled)) {
      await replies.send(bodies.encode(settled), false);
      return;
    }
    const isNotification = !replies.wanted;
    const end = { reached: false };
    for await (const value of eachOf(settled, givenUp, requests, end)) {
      if (isNotification) continue;
      const body = bodies.encode(value);
      // An empty one would be the end alone, and no value.
      const isLast = end.reached && body.length > 0;
      await replies.send(body, !isLast);
      // Nobody takes the others either.
      if (isLast || replies.gone) return;
    }
    await replies.send(bodies.encode(undefined), false);
  }
}

function noMethod(): RpcError {
  return new RpcError('ERR_MQ_METHOD', 'this worker has no handler for the method');
}
