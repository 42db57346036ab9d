import { InvalidMessageError, ownText, ProgramError } from '../base/errors.js';
import { json } from '../codec/json.js';
import { rules, shortened } from './envelope/members.js';
import type { Reply, ReplyError } from './envelope/reply.js';
import { RpcError } from './rpc-error.js';

const LONGEST_MESSAGE = 512;
const LONGEST_STACK = 384;
const LONGEST_STDERR = 384;
const SHORT = 64;

/** What a host is told of what a handler has thrown. */
export function toldError(error: unknown, stacks: boolean): ReplyError {
  try {
    return describe(error, stacks);
  } catch {
    // Whatever it was, it throws when it is looked at.
    return { code: 'ERR_MQ_HANDLER', message: 'the handler threw a value that cannot be told' };
  }
}

function describe(error: unknown, stacks: boolean): ReplyError {
  const message = shortened(textOf(error), LONGEST_MESSAGE);
  return { code: codeOf(error), message, data: dataOf(error, stacks) };
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  const isWord = typeof code === 'string' && rules.code.pattern.test(code);
  return isWord && code.length <= rules.code.most ? code : 'ERR_MQ_HANDLER';
}

function textOf(error: unknown): string {
  if (error instanceof InvalidMessageError) {
    return `The body of the request is invalid: ${ownText(error.cause) ?? 'the codec refused it'}`;
  }
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : `the handler threw a value of type ${typeof error}`;
}

function dataOf(error: unknown, stacks: boolean): unknown {
  if (error instanceof RpcError && error.data !== undefined) return error.data;
  if (error instanceof ProgramError) return ofProgram(error);
  if (!stacks || !(error instanceof Error) || error.stack === undefined) return undefined;
  return { stack: shortened(error.stack, LONGEST_STACK) };
}

/** What a program says last is mostly why it failed. */
function ofProgram({ reason, exitCode, signal, stderr }: ProgramError): object {
  const end = Buffer.from(stderr).subarray(-LONGEST_STDERR).toString();
  return { reason, exitCode, signal, ...(end !== '' && { stderr: end }) };
}

/** An error as it is sent: its data may be the body. */
export interface SentError {
  readonly error: ReplyError;
  readonly body: Uint8Array;
}

const NONE = new Uint8Array(0);

/**
 * The same error, each time with less of it in the header: no host should wait in vain because its text is long. Data for
 * which the header has no room goes into the body, and is left out only where there is none either.
 */
export function* lessAndLess(error: ReplyError): Generator<SentError> {
  const { code, message } = error;
  if (error.data !== undefined) {
    yield { error, body: NONE };
    const body = bodyOf(error.data);
    if (body !== undefined) {
      yield { error: { code, message }, body };
      yield { error: { code, message: shortened(message, SHORT) }, body };
    }
  }
  yield { error: { code, message }, body: NONE };
  yield { error: { code, message: shortened(message, SHORT) }, body: NONE };
  yield { error: { code, message: '' }, body: NONE };
}

function bodyOf(data: unknown): Uint8Array | undefined {
  try {
    return json.encode(data);
  } catch {
    return undefined;
  }
}

/** What kind of body that is. */
export const JSON_TYPE = 'application/json';

/** The data of an error that came, wherever it is. */
export function dataOfReply({ error, body, contentType }: Reply): unknown {
  if (error?.data !== undefined || body.length === 0 || contentType !== JSON_TYPE)
    return error?.data;
  try {
    return json.decode(body);
  } catch {
    // It failed for whatever reason: that is more to tell than what is wrong with the data.
    return undefined;
  }
}
