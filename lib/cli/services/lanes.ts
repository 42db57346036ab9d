/** How to go through many things. */
export interface LaneOptions {
  /** How many are worked on at one time. */
  readonly concurrency: number;
  /** Whether results are told in the order of what they are of, and not as they come. */
  readonly ordered: boolean;
}

/**
 * Works on each thing, and tells its result. The next thing is taken when one of the lanes has told its result, so that no
 * more than `concurrency` of them are in memory.
 *
 * @param act - gets a thing and its number, from 1
 * @returns rejects with the first error of `act` or `tell`
 */
export async function inLanes<T, R>(
  things: AsyncIterator<T>,
  { concurrency, ordered }: LaneOptions,
  act: (thing: T, number: number) => Promise<R>,
  tell: (result: R) => Promise<void>,
): Promise<void> {
  let count = 0;
  let last: Promise<void> = Promise.resolve();
  const lane = async (): Promise<void> => {
    for (let step = await things.next(); step.done !== true; step = await things.next()) {
      const before = last;
      let told = (): void => undefined;
      last = new Promise((resolve) => {
        told = resolve;
      });
      const result = await act(step.value, (count += 1));
      if (ordered) await before;
      await tell(result);
      told();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
