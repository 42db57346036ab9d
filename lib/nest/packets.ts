import { rules } from '../rpc/envelope/members.js';
import { RpcError } from '../rpc/rpc-error.js';

// Nest's packets as requests and replies. Pattern and data are the method and the body, so that a peer that knows no Nest
// is the other side as it is; only what does not fit in there goes as a whole, marked by its one key.

const MARK = '$nest';

/** What a request or an event is sent as. */
export interface PackedRequest {
  readonly method?: string;
  readonly meta?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const REQUEST_KEYS = new Set(['pattern', 'data', 'id', 'metadata']);
const RESPONSE_KEYS = new Set(['response', 'isDisposed', 'id', 'status']);
const ERROR_KEYS = new Set([...RESPONSE_KEYS, 'err']);

type Fields = Readonly<Record<string, unknown>>;
type Marked = { readonly [MARK]: unknown };

/**
 * @param serialized - what the client's serializer made of the packet
 * @param pattern - that of the packet
 */
export function packRequest(serialized: unknown, pattern: unknown): PackedRequest {
  if (!hasOnly(serialized, REQUEST_KEYS)) {
    return { ...methodOf(pattern), body: { [MARK]: serialized } };
  }
  const { pattern: own, data, metadata } = serialized;
  const method = methodOf(own);
  const meta = metadata === undefined ? {} : { meta: metadata as Record<string, string> };
  const isWhole = method.method === undefined || isMarked(data);
  return { ...method, ...meta, body: isWhole ? { [MARK]: { pattern: own, data } } : data };
}

/** The one of a request, as its client has given it: that of an object comes as JSON. */
export function patternOf(method: string | undefined): unknown {
  if (method === undefined || !/^[[{]/u.test(method)) return method;
  try {
    const pattern: unknown = JSON.parse(method);
    return JSON.stringify(pattern) === method ? pattern : method;
  } catch {
    return method;
  }
}

/**
 * What the server's deserializer gets.
 *
 * @param rest - what of the packet goes beside the body
 */
export function unpackRequest(body: unknown, rest: Fields): unknown {
  if (!isMarked(body)) return { ...rest, data: body };
  const packet = body[MARK];
  // What another serializer made is its deserializer's alone.
  return hasOnly(packet, REQUEST_KEYS) ? { ...rest, ...packet } : packet;
}

/** @param serialized - what the server's serializer made of the packet */
export function packResponse(serialized: unknown): unknown {
  if (!hasOnly(serialized, RESPONSE_KEYS)) return { [MARK]: serialized };
  const { response } = serialized;
  return isMarked(response) ? { [MARK]: { response } } : response;
}

/** What the client's deserializer gets. */
export function unpackResponse(body: unknown, id: string): unknown {
  if (!isMarked(body)) return { id, response: body };
  const packet = body[MARK];
  return hasOnly(packet, RESPONSE_KEYS) ? { ...packet, id } : packet;
}

/**
 * An error as the reply that ends a request: the packet in its data, and a code and a text for peers that know no Nest.
 *
 * @param err - what the handler failed with, whatever that is
 * @param serialized - what the server's serializer made of the packet
 * @param code - one word, where the error has none of its own
 */
export function packError(err: unknown, serialized: unknown, code = 'ERR_MQ_HANDLER'): RpcError {
  const { code: own, message } = (err ?? {}) as Fields;
  return new RpcError(typeof own === 'string' ? own : code, textOf(err, message), {
    data: { [MARK]: serialized },
    cause: err,
  });
}

/**
 * What the client's deserializer gets of a request that failed at a server of Nest.
 *
 * @throws any other error
 */
export function unpackError(error: unknown, id: string): unknown {
  if (!(error instanceof RpcError) || !isMarked(error.data)) throw error;
  const packet = error.data[MARK];
  return hasOnly(packet, ERROR_KEYS) ? { ...packet, id, isDisposed: true } : packet;
}

function textOf(err: unknown, message: unknown): string {
  if (typeof message === 'string') return message;
  return typeof err === 'string' ? err : 'The handler failed';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMarked(value: unknown): value is Marked {
  return isObject(value) && MARK in value && Object.keys(value).length === 1;
}

function hasOnly(value: unknown, keys: ReadonlySet<string>): value is Fields {
  if (!isObject(value)) return false;
  const own = Object.keys(value);
  return own.length > 0 && own.every((key) => keys.has(key));
}

/** Where the envelope has room for it. */
function methodOf(pattern: unknown): { readonly method?: string } {
  const method = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
  const { pattern: allowed, most } = rules.method;
  return allowed.test(method) && Buffer.byteLength(method) <= most ? { method } : {};
}
