/** Whether two types are the same: `any` is no other type. */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The compiler refuses a value of another type: `expectType<number>()(value)`. */
export function expectType<Expected>(): <Actual>(
  value: Actual,
  ...match: Equal<Actual, Expected> extends true ? [] : [never]
) => void {
  return () => undefined;
}
