import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Which of the three kinds of messages. */
export type Kind = 'request' | 'reply' | 'dead';

interface Vector {
  readonly name: string;
  readonly kind: Kind;
  /** In hex. */
  readonly bytes: string;
}

/** Bytes that are an envelope. */
export interface ValidVector extends Vector {
  readonly canonical: boolean;
  readonly header: Readonly<Record<string, unknown>>;
  /** In hex. */
  readonly body: string;
}

/** Bytes that are none. */
export interface InvalidVector extends Vector {
  readonly reason: string;
}

/** What clients/vectors.json holds. */
export interface Vectors {
  readonly valid: readonly ValidVector[];
  readonly invalid: readonly InvalidVector[];
}

export const VECTORS: string = fileURLToPath(
  new URL('../../../clients/vectors.json', import.meta.url),
);

export const vectors: Vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vectors;
