import type { Model, Step } from './explore.js';

/** Which part to leave out, to see that it is needed. */
export interface OmittedOfGuard {
  look?: boolean;
  joinAgain?: boolean;
  putBack?: boolean;
  giveUpAtEnd?: boolean;
  awaitAtEnd?: boolean;
}

/**
 * What an event loop does, one after the other. It is `turning`, or `busy` with one callback. `joining`: the loop has
 * ended, and Node waits for the threads of the pool; `exiting`: the exit handlers of the C library run, after that or
 * without it.
 */
export type Course = readonly ('turning' | 'busy' | 'joining' | 'exiting')[];

interface State {
  loop: Course[number] | 'awaiting' | 'left' | 'gone';
  /** How much of its course is over. */
  past: number;
  /** The guard has seen the loop at the place where it still is. */
  looked: boolean;
  job: 'queued' | 'looking' | 'sleeping' | 'back' | 'none';
  givenUp: boolean;
  /** Messages: yet to be sent, in the queue, the job's, and delivered. */
  unsent: number;
  queued: number;
  held: number;
  delivered: number;
}

const MESSAGES = 2;

/** What addon/guard.cc and addon/blocked_waits.cc do for a loop that waits for message after message. */
export function guardModel(course: Course, omitted: OmittedOfGuard = {}): Model<State> {
  const initial: State = {
    loop: 'turning',
    past: 0,
    looked: false,
    job: 'queued',
    givenUp: false,
    unsent: MESSAGES,
    queued: 0,
    held: 0,
    delivered: 0,
  };

  const isUnderWay = ({ job }: State): boolean => ['queued', 'looking', 'sleeping'].includes(job);
  const isInLine = ({ job }: State): boolean => ['looking', 'sleeping'].includes(job);

  /** The next thing in the course of the loop. */
  function goOn(state: State): State | undefined {
    const next = course[state.past];
    if (next === undefined) return undefined;
    return { ...state, loop: next, past: state.past + 1, looked: false };
  }

  /** The loop hears of the end of the wait, and begins the next one. */
  function hear(state: State): State | undefined {
    if (state.job !== 'back') return undefined;
    const brought = state.held;
    const again = brought > 0 || omitted.joinAgain !== true;
    const job = again ? 'queued' : 'none';
    return { ...state, job, givenUp: false, held: 0, delivered: state.delivered + brought };
  }

  function turn(state: State): (State | undefined)[] {
    switch (state.loop) {
      case 'turning':
        return [goOn(state), hear(state)];
      case 'busy':
        return [goOn(state)];
      case 'joining':
        return [isUnderWay(state) ? undefined : goOn(state)];
      case 'exiting': {
        const givenUp = isUnderWay(state) && omitted.giveUpAtEnd !== true;
        return [{ ...state, loop: 'awaiting', givenUp: state.givenUp || givenUp }];
      }
      case 'awaiting': {
        if (isInLine(state) && omitted.awaitAtEnd !== true) return [undefined];
        if (omitted.putBack === true) return [{ ...state, loop: 'left' }];
        return [{ ...state, loop: 'left', queued: state.queued + state.held, held: 0 }];
      }
      case 'left':
        return [{ ...state, loop: 'gone' }];
      default:
        return [];
    }
  }

  function work(state: State): State | undefined {
    switch (state.job) {
      case 'queued':
        return { ...state, job: state.givenUp ? 'back' : 'looking' };
      case 'looking':
      case 'sleeping':
        if (state.queued > 0) {
          return { ...state, job: 'back', queued: state.queued - 1, held: state.held + 1 };
        }
        if (state.givenUp) return { ...state, job: 'back' };
        return state.job === 'looking' ? { ...state, job: 'sleeping' } : undefined;
      default:
        return undefined;
    }
  }

  /** A loop that turns has another pulse at each look. */
  function look(state: State): State | undefined {
    if (omitted.look === true || state.loop === 'turning') return undefined;
    if (!state.looked) return { ...state, looked: true };
    return isUnderWay(state) && !state.givenUp ? { ...state, givenUp: true } : undefined;
  }

  return {
    initial,
    steps(state) {
      if (state.loop === 'gone') return [];
      const steps: Step<State>[] = [];
      const add = (actor: string, next: State | undefined): void => {
        if (next !== undefined) steps.push([actor, next]);
      };
      for (const next of turn(state)) add(`loop: ${state.loop}`, next);
      add(`pool: ${state.job}`, work(state));
      add('guard', look(state));
      const { unsent, queued } = state;
      if (unsent > 0) add('sender', { ...state, unsent: unsent - 1, queued: queued + 1 });
      return steps;
    },
    problem(state, final) {
      const { loop, unsent, queued, held, delivered } = state;
      if (unsent + queued + held + delivered !== MESSAGES) return 'a message is lost or doubled';
      if (loop === 'gone') return held > 0 ? 'a message goes with the process' : undefined;
      if (!final) return undefined;
      if (loop === 'busy') return isInLine(state) ? 'who is busy stands in line' : undefined;
      if (loop !== 'turning') return 'the process never ends';
      return queued > 0 ? 'a message is there, and nobody takes it' : undefined;
    },
  };
}
