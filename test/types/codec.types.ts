// Checked by the compiler alone: what goes into a codec, and what comes out of it.

import { type } from 'arktype';
import {
  json,
  raw,
  text,
  type AnyCodec,
  type Bytes,
  type Codec,
  type Decoded,
  type Encoded,
  type JsonCodec,
  type StandardSchema,
} from 'posix-mqueue';
import * as v from 'valibot';
import { z } from 'zod';
import type { Equal } from './expect.js';

type Expect<T extends true> = T;

interface Job {
  id: number;
}

const jobs = json<Job>();
const parsed = json((value: unknown): Job => value as Job);
const byZod = json(
  z.object({ id: z.number(), at: z.iso.datetime().transform((at) => new Date(at)) }),
);
const byValibot = json(v.object({ id: v.number() }));
const byArktype = json(type({ id: 'number' }));
const byHand = json({} as StandardSchema<string, number>);
const lopsided: Codec<number, string> = {
  encode: (value) => Buffer.from(String(value)),
  decode: (data) => data.toString(),
};

export type Expectations = [
  Expect<Equal<Encoded<typeof raw>, Bytes>>,
  Expect<Equal<Decoded<typeof raw>, Buffer>>,
  Expect<Equal<Encoded<typeof text>, string>>,
  Expect<Equal<Decoded<typeof text>, string>>,
  Expect<Equal<Encoded<typeof json>, unknown>>,
  Expect<Equal<Decoded<typeof json>, unknown>>,
  Expect<Equal<typeof json, JsonCodec>>,
  Expect<Equal<typeof jobs, Codec<Job>>>,
  Expect<Equal<typeof parsed, Codec<Job>>>,
  Expect<Equal<Encoded<typeof jobs>, Job>>,
  Expect<Equal<Decoded<typeof parsed>, Job>>,
  Expect<Equal<Encoded<typeof byZod>, { id: number; at: string }>>,
  Expect<Equal<Decoded<typeof byZod>, { id: number; at: Date }>>,
  Expect<Equal<Decoded<typeof byValibot>, { id: number }>>,
  Expect<Equal<Decoded<typeof byArktype>, { id: number }>>,
  Expect<Equal<typeof byHand, Codec<string, number>>>,
  Expect<Equal<Encoded<typeof lopsided>, number>>,
  Expect<Equal<Decoded<typeof lopsided>, string>>,
  Expect<Equal<Decoded<object>, never>>,
  Expect<Equal<Bytes, string | ArrayBufferView | ArrayBufferLike>>,
  // @ts-expect-error -- shows that Expect refuses what is not equal
  Expect<Equal<Decoded<typeof text>, Buffer>>,
];

export const all: AnyCodec[] = [raw, text, json, jobs, parsed, lopsided];

export function types(): void {
  raw.encode('text');
  raw.encode(new DataView(new ArrayBuffer(1)));
  raw.encode(new SharedArrayBuffer(1));
  // @ts-expect-error -- a number is no bytes
  raw.encode(1);
  // @ts-expect-error -- text takes strings only
  text.encode(Buffer.alloc(1));
  // @ts-expect-error -- a Job has a number for its id
  jobs.encode({ id: 'one' });
  // @ts-expect-error -- what json decodes is unknown until it is checked
  void json.decode(Buffer.alloc(0)).id;
  // @ts-expect-error -- parse must take whatever was decoded, so not only a Job
  json((job: Job) => job.id);
  // @ts-expect-error -- a promise is no schema, and no function
  json(Promise.resolve());
  // @ts-expect-error -- bytes, not a string, are what a codec encodes to
  const strings: Codec<string> = { encode: (value) => value, decode: String };
  void strings;
}
