import { decodeUtf8 } from './utf8.js';

/**
 * The value of JSON in UTF-8, without a key `__proto__`. Errors quote nothing of it.
 *
 * @throws SyntaxError or TypeError
 */
export function decodeJson(data: Buffer): unknown {
  const string = decodeUtf8(data);
  const value = parse(string);
  // Escapes can spell anything.
  if ((string.includes('__proto__') || string.includes('\\u')) && hasProto(value)) {
    throw new SyntaxError('this JSON has a key __proto__, which changes what it is copied to');
  }
  return value;
}

/** Looks at all objects in it, however deep. */
function hasProto(value: unknown): boolean {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) return true;
    for (const each of Object.values(next)) open.push(each);
  }
  return false;
}

function parse(string: string): unknown {
  try {
    return JSON.parse(string);
  } catch (error) {
    // The engine's own message may quote the text, and so would every log of it.
    const place = /at position \d+(?= \(line \d+ column \d+\)$|$)/.exec(
      (error as Error).message,
    )?.[0];
    throw new SyntaxError(place === undefined ? 'this is no JSON' : `this is no JSON ${place}`);
  }
}
