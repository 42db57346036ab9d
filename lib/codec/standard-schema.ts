import { invalidType, schemaError } from '../base/errors.js';

// The interface of https://standardschema.dev, version 1, which zod, valibot, arktype and others have.
// Declared here, because it is types only: nobody needs a dependency for it.

/** A schema of any library that follows Standard Schema, version 1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the schema offers to other libraries. */
  readonly '~standard': StandardProps<Input, Output>;
}

/** What a {@link StandardSchema} offers. */
export interface StandardProps<Input, Output> {
  /** The version of the interface. */
  readonly version: 1;
  /** The library that the schema is of. */
  readonly vendor: string;
  /** Gives the value, or what is wrong with it. */
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
  /** For the compiler alone. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/** What a {@link StandardSchema} gives for a value. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value. */
export interface StandardIssue {
  /** For people. It may quote the value, so that errors of this library leave it out. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What may be given to a schema. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['input'];

/** What a schema gives. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

const SHOWN_ISSUES = 5;
const SHOWN_PATH = 60;

/**
 * A check of either kind as a function.
 *
 * @throws TypeError where it is of neither
 * @internal
 */
export function toParse(check: unknown): (value: unknown) => unknown {
  // First, because the schemas of arktype are functions, which return what is wrong in place of the value.
  if (isSchema(check)) return (value) => validate(check, value);
  if (typeof check === 'function') return check as (value: unknown) => unknown;
  throw invalidType('check', 'a function or a Standard Schema (zod, valibot, arktype)', check);
}

function isSchema(check: unknown): check is StandardSchema {
  const standard = (check as Partial<StandardSchema> | null | undefined)?.['~standard'];
  return typeof standard?.validate === 'function';
}

function validate(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value);
  if (isPromise(result)) throw asyncError(result);
  if (result.issues !== undefined) throw mismatchError(result.issues);
  return result.value;
}

function isPromise<T>(result: T | Promise<T>): result is Promise<T> {
  return typeof (result as Partial<Promise<T>>).then === 'function';
}

function asyncError(result: Promise<unknown>): TypeError {
  // Nobody waits for it, so its failure would be an unhandled rejection.
  result.then(undefined, () => undefined);
  return schemaError(
    'the schema validates asynchronously, and a codec cannot wait for it: use one without ' +
      'asynchronous checks, and do those with the decoded value',
  );
}

/** Its text has the places only. What is wrong there is in `issues`, which logs do not show. */
function mismatchError(issues: readonly StandardIssue[]): TypeError {
  const places = [...new Set(issues.map(placeOf))];
  const shown = places.slice(0, SHOWN_ISSUES).join(', ');
  const rest = places.length > SHOWN_ISSUES ? ` and ${places.length - SHOWN_ISSUES} more` : '';
  const error = schemaError(
    `the value does not match the schema at ${shown}${rest} (see 'issues')`,
  );
  return Object.defineProperty(error, 'issues', { value: issues });
}

function placeOf({ path }: StandardIssue): string {
  if (path === undefined || path.length === 0) return 'its top';
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return `'${keys.length > SHOWN_PATH ? `${keys.slice(0, SHOWN_PATH - 3)}...` : keys}'`;
}
