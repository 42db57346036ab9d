import { InvalidMessageError, ownText, ProgramError } from '../base/errors.js';
import { rules, shortened } from './envelope/members.js';
import type { ReplyError } from './envelope/reply.js';
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

/** The same error, each time with less of it: no host should wait in vain because its text is long. */
export function* lessAndLess(error: ReplyError): Generator<ReplyError> {
  const { code, message } = error;
  if (error.data !== undefined) yield error;
  yield { code, message };
  yield { code, message: shortened(message, SHORT) };
  yield { code, message: '' };
}
