/** A step of some actor that is possible in a state: its name, and the state after it. */
export type Step<S> = readonly [actor: string, next: S];

/** What is explored. */
export interface Model<S> {
  readonly initial: S;
  /** All steps that are possible: each is indivisible, and any of them may come next. */
  steps(state: S): Step<S>[];
  /** What is wrong with a state. `final`: no step is possible any more. */
  problem(state: S, final: boolean): string | undefined;
}

/** What was found. */
export interface Exploration {
  readonly states: number;
  readonly ends: number;
  /** The first problem, and the steps that lead to it. */
  readonly problem: string | undefined;
  readonly trace: readonly string[];
}

/** Goes through every order in which the steps can come. */
export function explore<S extends object>(model: Model<S>): Exploration {
  const seen = new Set<string>();
  const open: { state: S; trace: readonly string[] }[] = [{ state: model.initial, trace: [] }];
  let ends = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { state, trace } = next;
    const key = JSON.stringify(state);
    if (seen.has(key)) continue;
    seen.add(key);
    const steps = model.steps(state);
    if (steps.length === 0) ends += 1;
    const problem = model.problem(state, steps.length === 0);
    if (problem !== undefined) return { states: seen.size, ends, problem, trace };
    for (const [actor, after] of steps) open.push({ state: after, trace: [...trace, actor] });
  }
  return { states: seen.size, ends, problem: undefined, trace: [] };
}
