import type { Model, Step } from './explore.js';

/** Which part to leave out, to see that it is needed. */
export interface OmittedOfChangeOver {
  watch?: boolean;
  takeBack?: boolean;
  detach?: boolean;
  disarm?: boolean;
}

/** One wait that has been given to the pool, while another process receives from the same queue. */
interface State {
  loop: 'polling' | 'fired' | 'trying';
  armed: boolean;
  job: 'queued' | 'looking' | 'sleeping' | 'back' | 'removed' | 'none';
  user: 'undecided' | 'stays' | 'cancelled';
  /** Jobs that were taken back, and that libuv has yet to say so of. */
  ghosts: number;
  waiting: boolean;
  /** How often the loop was woken for a job that had begun. */
  wakes: number;
  /** Ends that nobody waited for. */
  strays: number;
  /** How often JavaScript waits anew after an end that brought nothing. */
  rounds: number;
  /** Messages: yet to be sent, in the queue, the other process's, the job's, and delivered. */
  unsent: number;
  queued: number;
  others: number;
  held: number;
  delivered: number;
}

const MESSAGES = 2;

/**
 * What addon/thread_way.cc and addon/direction.cc do: the descriptor is watched until a thread has begun the job, and
 * a job that none has begun is taken back when the descriptor fires.
 *
 * @param busy - whether the pool does other work for ever
 */
export function changeOverModel(busy: boolean, omitted: OmittedOfChangeOver = {}): Model<State> {
  const armed = omitted.watch !== true;
  const initial: State = {
    loop: 'polling',
    armed,
    job: 'queued',
    user: 'undecided',
    ghosts: 0,
    waiting: true,
    wakes: 0,
    strays: 0,
    rounds: 2,
    unsent: MESSAGES,
    queued: 0,
    others: 0,
    held: 0,
    delivered: 0,
  };

  /** JavaScript is told the end of the wait, which brought so many, and begins another one if it brought nothing. */
  function end(state: State, brought: number): State {
    const over = { ...state, delivered: state.delivered + brought, armed: false };
    if (!state.waiting) return { ...over, strays: state.strays + 1 };
    const again = brought === 0 && state.user !== 'cancelled' && state.rounds > 0;
    if (!again) return { ...over, waiting: false, job: 'none' };
    return { ...over, job: 'queued', armed, wakes: 0, rounds: state.rounds - 1 };
  }

  function work(state: State): State | undefined {
    switch (state.job) {
      case 'queued':
        return busy ? undefined : { ...state, job: 'looking' };
      case 'looking':
      case 'sleeping':
        if (state.user === 'cancelled') return { ...state, job: 'back' };
        if (state.queued > 0) {
          return { ...state, job: 'back', queued: state.queued - 1, held: state.held + 1 };
        }
        return state.job === 'looking' ? { ...state, job: 'sleeping' } : undefined;
      default:
        return undefined;
    }
  }

  /** What the poll of the loop may find. */
  function poll(state: State): State[] {
    const found: State[] = [];
    if (state.armed && state.queued > 0) found.push({ ...state, loop: 'fired' });
    if (state.job === 'back' || state.job === 'removed') {
      found.push(end({ ...state, job: 'none', held: 0 }, state.held));
    }
    if (state.ghosts > 0) {
      const gone = { ...state, ghosts: state.ghosts - 1 };
      found.push(omitted.detach === true ? end(gone, 0) : gone);
    }
    return found;
  }

  /** The descriptor has fired, some time ago. */
  function fired(state: State): State {
    const over: State = { ...state, loop: 'polling' };
    if (!state.waiting) return { ...over, armed: false };
    if (omitted.takeBack === true) return { ...state, loop: 'trying' };
    // uv_cancel: no thread has begun it, and none will.
    if (state.job === 'queued') {
      return { ...state, loop: 'trying', job: 'none', ghosts: state.ghosts + 1 };
    }
    const wakes = state.wakes + 1;
    return omitted.disarm === true ? { ...over, wakes } : { ...over, wakes, armed: false };
  }

  function turn(state: State): State[] {
    if (state.loop === 'polling') return poll(state);
    if (state.loop === 'fired') return [fired(state)];
    const next: State = { ...state, loop: 'polling' };
    // Without the job taken back it goes on, and the wait is over all the same.
    const brought = Math.min(state.queued, 1);
    const job = next.job;
    const ended = end({ ...next, queued: state.queued - brought }, brought);
    return [omitted.takeBack === true && ended.job === 'none' ? { ...ended, job } : ended];
  }

  /** Who waits does so for ever, or gives up at some time. */
  function decide(state: State): State[] {
    if (!state.waiting || state.user !== 'undecided' || state.loop !== 'polling') return [];
    const job = state.job === 'queued' ? 'removed' : state.job;
    return [
      { ...state, user: 'stays' },
      { ...state, user: 'cancelled', job },
    ];
  }

  return {
    initial,
    steps(state) {
      const steps: Step<State>[] = turn(state).map((next) => [`loop: ${state.loop}`, next]);
      const worked = work(state);
      if (worked !== undefined) steps.push([`pool: ${state.job}`, worked]);
      for (const decided of decide(state)) steps.push([`user: ${decided.user}`, decided]);
      const { unsent, queued, others } = state;
      if (unsent > 0) steps.push(['sender', { ...state, unsent: unsent - 1, queued: queued + 1 }]);
      if (queued > 0 && others === 0) {
        steps.push(['another process', { ...state, queued: queued - 1, others: 1 }]);
      }
      return steps;
    },
    problem(state, final) {
      const all = state.unsent + state.queued + state.others + state.held + state.delivered;
      if (all !== MESSAGES) return 'a message is lost or doubled';
      if (state.strays > 0) return 'the end of a wait is told twice';
      if (!state.waiting && state.held > 0) return 'a message comes for nobody';
      if (state.wakes > 1) return 'the loop is woken over and over';
      if (!final || !state.waiting) return undefined;
      if (state.user === 'cancelled') return 'who gave up is told nothing';
      return state.queued > 0 ? 'a message is there, and who waits is deaf' : undefined;
    },
  };
}
