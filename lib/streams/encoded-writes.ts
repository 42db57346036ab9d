import type { Writable } from 'node:stream';
import type { Encodings } from './encodings.js';

/** @internal */
export type Callback = (error?: Error | null) => void;

type End = (this: unknown, value?: unknown, encoding?: unknown, callback?: () => void) => unknown;

/** Has the writing methods of such streams look after the encodings of strings, and be Node's otherwise. */
export function checkEncodings<S extends Writable>(
  type: { readonly prototype: S },
  encodingsOf: (stream: S) => Encodings,
): void {
  const parent = Object.getPrototypeOf(type.prototype) as Writable;

  function encodedWrite(
    this: S,
    value: unknown,
    encoding?: BufferEncoding | Callback | null,
    callback?: Callback,
  ): boolean {
    if (typeof encoding === 'function') return encodedWrite.call(this, value, undefined, encoding);
    return parent.write.call(this, value, encodingsOf(this).of(value, encoding), callback);
  }

  function encodedEnd(
    this: S,
    value?: unknown,
    encoding?: BufferEncoding | (() => void) | null,
    callback?: () => void,
  ): unknown {
    if (typeof value === 'function') return (parent.end as End).call(this, value);
    if (typeof encoding === 'function') return encodedEnd.call(this, value, undefined, encoding);
    return (parent.end as End).call(this, value, encodingsOf(this).of(value, encoding), callback);
  }

  function encodedDefault(this: S, encoding: BufferEncoding): S {
    encodingsOf(this).setDefault(encoding);
    parent.setDefaultEncoding.call(this, encoding);
    return this;
  }

  const methods = { write: encodedWrite, end: encodedEnd, setDefaultEncoding: encodedDefault };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(type.prototype, name, { configurable: true, writable: true, value });
  }
}
