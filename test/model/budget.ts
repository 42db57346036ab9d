import type { Model, Step } from './explore.js';

/** Which part to leave out, to see that it is needed. */
export interface OmittedOfBudget {
  compareAndSwap?: boolean;
  lookAgain?: boolean;
}

interface Actor {
  /** What it read of the counter, between that and its change. */
  read: number | null;
  where: 'asking' | 'holding' | 'releasing' | 'telling' | 'subscribing' | 'waiting' | 'done';
}

interface State {
  used: number;
  actors: Actor[];
  /** Who is to be told of a release. */
  subscribed: boolean[];
}

/** What addon/pool_budget.cc does: `actors` threads share `capacity` tokens. */
export function budgetModel(
  actors: number,
  capacity: number,
  omitted: OmittedOfBudget = {},
): Model<State> {
  function step(state: State, index: number): State | undefined {
    const actor = state.actors[index] as Actor;
    const become = (next: Partial<Actor>, rest: Partial<State> = {}): State => ({
      ...state,
      ...rest,
      actors: state.actors.map((each, at) => (at === index ? { ...each, ...next } : each)),
    });
    switch (actor.where) {
      case 'asking':
        if (actor.read === null) return become({ read: state.used });
        if (actor.read >= capacity) return become({ where: 'subscribing', read: null });
        if (omitted.compareAndSwap !== true && state.used !== actor.read) {
          return become({ read: state.used });
        }
        return become({ where: 'holding', read: null }, { used: actor.read + 1 });
      case 'subscribing': {
        const free = omitted.lookAgain !== true && state.used < capacity;
        if (free) return become({ where: 'asking' });
        const subscribed = state.subscribed.map((each, at) => each || at === index);
        return become({ where: 'waiting' }, { subscribed });
      }
      case 'waiting':
        return undefined;
      case 'holding':
        return become({ where: 'releasing' });
      case 'releasing':
        return become({ where: 'telling' }, { used: state.used - 1 });
      case 'telling': {
        const told = become({ where: 'done' }, { subscribed: state.subscribed.map(() => false) });
        told.actors = told.actors.map((each, at) =>
          state.subscribed[at] === true ? { read: null, where: 'asking' } : each,
        );
        return told;
      }
      default:
        return undefined;
    }
  }

  return {
    initial: {
      used: 0,
      actors: Array.from({ length: actors }, () => ({ read: null, where: 'asking' })),
      subscribed: Array.from({ length: actors }, () => false),
    },
    steps(state) {
      return state.actors.flatMap((_, index): Step<State>[] => {
        const next = step(state, index);
        return next === undefined ? [] : [[`thread ${index}`, next]];
      });
    },
    problem(state, final) {
      const holding = state.actors.filter(({ where }) => where === 'holding').length;
      if (holding > capacity) return 'more threads are blocked than the budget has';
      if (state.used < 0 || state.used > capacity) return 'the counter is wrong';
      const left = state.actors.some(({ where }) => where === 'waiting');
      return final && left ? 'a thread is free and nobody is told' : undefined;
    },
  };
}
