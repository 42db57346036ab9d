import type { Observable } from 'rxjs';
import type { AnyCodec, Decoded, Encoded } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';

// What a host knows of the workers' handlers: types, and nothing at run time.

declare const unspecified: unique symbol;

/** Of a host that was not told what handlers there are: any method, with the values of its codec. */
export interface AnyMethods {
  /** Never there. */
  readonly [unspecified]?: never;
}

/** Of a host that was not told a codec: `raw`, or the one that its handlers' values go through. */
export interface AnyBody extends AnyCodec {
  /** Never there. */
  readonly [unspecified]?: never;
}

type IsUnspecified<T> = typeof unspecified extends keyof T ? true : false;

type AnyFunction = (...given: never) => unknown;

type CodecOf<C> = IsUnspecified<C> extends true ? typeof raw : C;

type ArgumentOf<F> = F extends (...given: infer A) => unknown
  ? A extends readonly []
    ? undefined
    : A[0 & keyof A]
  : never;

type Each<R> =
  R extends Observable<infer T>
    ? T
    : R extends AsyncIterable<infer T>
      ? T
      : R extends IterableIterator<infer T>
        ? T
        : R extends void
          ? undefined
          : R;

type ResultOf<F> = F extends (...given: never) => infer R ? Each<Awaited<R>> : never;

/** The methods that a host may name: those of the handlers, or any where there is one handler for all. */
export type MethodOf<H> =
  IsUnspecified<H> extends true ? string : H extends AnyFunction ? string : keyof H & string;

/** What a request is made of. */
export type RequestBody<H, C, M> =
  IsUnspecified<H> extends true
    ? Encoded<CodecOf<C>> | undefined
    : H extends AnyFunction
      ? ArgumentOf<H>
      : M extends keyof H
        ? ArgumentOf<H[M]>
        : never;

/** What a reply brings. */
export type ReplyValue<H, C, M> =
  IsUnspecified<H> extends true
    ? Decoded<CodecOf<C>>
    : H extends AnyFunction
      ? ResultOf<H>
      : M extends keyof H
        ? ResultOf<H[M]>
        : never;

/** The options of a request: with the method, where there are several handlers. */
export type WithMethod<H, M, O> =
  IsUnspecified<H> extends true
    ? [options?: O]
    : H extends AnyFunction
      ? [options?: O]
      : [options: O & { readonly method: M }];
