import { isUtf8 } from 'node:buffer';
import { Message } from '../../index.js';
import { CommandError } from '../base/exit-codes.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MOST_PRIORITY = 32_767;
/** As JSON a byte is six at most, and so much may stand around all of them. */
const [WORST, AROUND] = [6, 4096];

/** A message in one line of JSON: its priority, and its `body`, or `base64` of what is no UTF-8. */
export function toJson({ data, priority }: Message): string {
  const body = isUtf8(data)
    ? { body: data.toString() }
    : { base64: Buffer.from(data).toString('base64') };
  return JSON.stringify({ priority, ...body });
}

/**
 * What `toJson` made.
 *
 * @throws CommandError for anything else: its text says what is wrong with it
 */
export function fromJson(line: Buffer): Message {
  const { priority = 0, body, base64 } = parsed(line);
  if (typeof priority !== 'number' || !Number.isInteger(priority)) throw refused('its priority');
  if (priority < 0 || priority > MOST_PRIORITY) throw refused('its priority');
  if (typeof body === 'string' && base64 === undefined) {
    return new Message(Buffer.from(body), priority);
  }
  if (body !== undefined || typeof base64 !== 'string' || !BASE64.test(base64)) {
    throw refused('its body or base64');
  }
  return new Message(Buffer.from(base64, 'base64'), priority);
}

/** Bytes of the longest line that stands for a message of so many. */
export function longestJson(size: number): number {
  return size * WORST + AROUND;
}

function parsed(line: Buffer): Partial<Record<'priority' | 'body' | 'base64', unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    throw refused('all of it');
  }
  if (typeof value !== 'object' || value === null) throw refused('all of it');
  return value;
}

function refused(what: string): CommandError {
  return new CommandError(
    `is no message as mqueue recv --format json prints them: look at ${what}`,
  );
}
