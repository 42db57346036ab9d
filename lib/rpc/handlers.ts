import type { AnyCodec, Decoded, Encoded } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import { invalidType } from '../base/errors.js';
import type { HandlerResult } from '../service/results.js';
import type { RpcContext } from './context.js';

/**
 * Works on one request: the value of its body, `undefined` for an empty one that the codec cannot decode. What it
 * returns is the reply: a value, `undefined` for an empty body, a promise, or several values, each of which is
 * one reply.
 */
export type RpcHandler<C extends AnyCodec = typeof raw> = {
  // As a method, so that a handler may say what it takes more precisely than the codec can.
  of(value: Decoded<C>, context: RpcContext): HandlerResult<Encoded<C>>;
}['of'];

/** A handler for each method. */
export type RpcHandlers<C extends AnyCodec = typeof raw> = Readonly<Record<string, RpcHandler<C>>>;

type Call = (value: unknown, context: RpcContext) => HandlerResult<unknown>;

/**
 * The handler of a method, or undefined where there is none.
 *
 * @throws TypeError for what is neither a function nor a table of some
 */
export function lookUp(
  handlers: RpcHandler<AnyCodec> | RpcHandlers<AnyCodec>,
): (method: string | undefined) => Call | undefined {
  if (typeof handlers === 'function') {
    const call = handlers as unknown as Call;
    return () => call;
  }
  const table = tableOf(handlers);
  return (method) => (method === undefined ? undefined : table.get(method));
}

/** A copy, so that nobody changes it later, and with no more in it than was given: `constructor` is no method. */
function tableOf(handlers: unknown): ReadonlyMap<string, Call> {
  const expected = 'a function, or an object with a function for each method';
  if (typeof handlers !== 'object' || handlers === null) {
    throw invalidType('handlers', expected, handlers);
  }
  const table = new Map<string, Call>();
  for (const [method, handler] of Object.entries(handlers)) {
    if (typeof handler !== 'function')
      throw invalidType(`handlers.${method}`, 'a function', handler);
    table.set(method, (value, context) => (handler as Call).call(handlers, value, context));
  }
  if (table.size === 0) throw invalidType('handlers', expected, handlers);
  return table;
}
