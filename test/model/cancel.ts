import type { Model, Step } from './explore.js';

/** Parts of the protocol that can be left out, to see that each is needed. */
export interface Omitted {
  deadline?: boolean;
  signal?: boolean;
  checkOnEntry?: boolean;
  unblock?: boolean;
  flush?: boolean;
  lockWhileSignalling?: boolean;
  retry?: boolean;
}

type Where =
  | 'queued'
  | 'unblocking'
  | 'entering'
  | 'calling'
  | 'looking'
  | 'sleeping'
  | 'returned'
  | 'leaving'
  | 'restoring'
  | 'draining'
  | 'finishing'
  | 'next job'
  | 'done'
  | 'removed';

/** One receive on a pool thread, one canceller, a sender, and a signal that comes from elsewhere. */
interface State {
  worker: Where;
  canceller: 'idle' | 'told' | 'locking' | 'storing' | 'sending' | 'unlocking' | 'done';
  state: 'queued' | 'waiting' | 'draining' | 'back';
  locked: boolean;
  cancelled: boolean;
  /** The deadline in memory, and the copy that the kernel made of it. */
  past: boolean;
  copied: boolean;
  blocked: boolean;
  /** Sent, and the thread has not got it yet: it is blocked, or on its way between processors. */
  pending: boolean;
  result: 'none' | 'message' | 'interrupted' | 'timeout' | 'cancelled';
  /** Messages that the sender has yet to send, in the queue, and taken. */
  unsent: number;
  queued: number;
  taken: number;
  strays: number;
  hit: boolean;
}

/**
 * What addon/blocking_job.cc does, and what the kernel does with it.
 *
 * @param blocks - whether the thread had the signal blocked before
 */
export function cancelModel(blocks: boolean, omitted: Omitted = {}): Model<State> {
  const initial: State = {
    worker: 'queued',
    canceller: 'idle',
    state: 'queued',
    locked: false,
    cancelled: false,
    past: false,
    copied: false,
    blocked: blocks,
    pending: false,
    result: 'none',
    unsent: 2,
    queued: 0,
    taken: 0,
    strays: 1,
    hit: false,
  };

  /** The signal ends a sleep at once. Otherwise the thread gets it now or a little later. */
  function signal(state: State): State {
    if (state.blocked || state.worker !== 'sleeping') return { ...state, pending: true };
    return { ...state, worker: 'returned', result: 'interrupted' };
  }

  /** A thread in user space runs the empty handler, and that was it. */
  function handle(state: State): State | undefined {
    if (!state.pending || state.blocked || state.worker === 'looking') return undefined;
    return { ...state, pending: false };
  }

  function work(state: State): State | undefined {
    switch (state.worker) {
      case 'queued':
        return { ...state, worker: 'unblocking' };
      case 'unblocking':
        return { ...state, worker: 'entering', blocked: blocks && omitted.unblock === true };
      case 'entering':
        if (state.locked) return undefined;
        if (state.cancelled && omitted.checkOnEntry !== true) {
          return { ...state, worker: 'restoring', result: 'cancelled' };
        }
        return { ...state, worker: 'calling', state: 'waiting' };
      case 'calling':
        return { ...state, worker: 'looking', copied: state.past };
      case 'looking':
        if (state.queued > 0) return take({ ...state, worker: 'returned', result: 'message' });
        if (state.copied) return { ...state, worker: 'returned', result: 'timeout' };
        if (!state.pending || state.blocked) return { ...state, worker: 'sleeping' };
        return { ...state, worker: 'returned', result: 'interrupted', pending: false };
      case 'sleeping':
        if (state.queued === 0) return undefined;
        return take({ ...state, worker: 'returned', result: 'message' });
      case 'returned':
        if (state.result !== 'message' && !state.cancelled && omitted.retry !== true) {
          return { ...state, worker: 'calling', result: 'none' };
        }
        return { ...state, worker: 'leaving' };
      case 'leaving':
        if (state.locked) return undefined;
        return { ...state, worker: 'restoring', state: 'draining' };
      case 'restoring': {
        // A system call: at its end the thread gets what was sent before, unless it is blocked again.
        const pending = state.pending && (blocks || omitted.flush === true);
        return { ...state, worker: 'draining', blocked: blocks, pending };
      }
      case 'draining':
        if (state.result === 'message' && !state.cancelled && state.queued > 0) return take(state);
        return { ...state, worker: 'finishing' };
      case 'finishing':
        if (state.locked) return undefined;
        return { ...state, worker: 'next job', state: 'back' };
      case 'next job':
        return { ...state, worker: 'done', hit: state.pending && !state.blocked };
      default:
        return undefined;
    }
  }

  function take(state: State): State {
    return { ...state, queued: state.queued - 1, taken: state.taken + 1 };
  }

  function cancel(state: State): State | undefined {
    switch (state.canceller) {
      case 'idle':
        return { ...state, canceller: 'told', cancelled: true };
      case 'told':
        // uv_cancel takes a job away that no thread has begun.
        if (state.worker !== 'queued') return { ...state, canceller: 'locking' };
        return { ...state, canceller: 'done', worker: 'removed', result: 'cancelled' };
      case 'locking':
        if (state.state !== 'waiting') return { ...state, canceller: 'done' };
        return { ...state, canceller: 'storing', locked: omitted.lockWhileSignalling !== true };
      case 'storing':
        return { ...state, canceller: 'sending', past: omitted.deadline !== true };
      case 'sending': {
        const sent = omitted.signal === true ? state : signal(state);
        return { ...sent, canceller: 'unlocking' };
      }
      case 'unlocking':
        return { ...state, canceller: 'done', locked: false };
      default:
        return undefined;
    }
  }

  return {
    initial,
    steps(state) {
      const steps: Step<State>[] = [];
      const worked = work(state);
      if (worked !== undefined) steps.push([`worker: ${state.worker}`, worked]);
      const cancelled = cancel(state);
      if (cancelled !== undefined) steps.push([`canceller: ${state.canceller}`, cancelled]);
      if (state.unsent > 0) {
        steps.push(['sender', { ...state, unsent: state.unsent - 1, queued: state.queued + 1 }]);
      }
      const handled = handle(state);
      if (handled !== undefined) steps.push(['handler', handled]);
      // Who signals the thread at other times, with a signal that is not his, hits its other jobs himself.
      if (state.strays > 0 && state.state === 'waiting') {
        steps.push(['a signal of somebody else', signal({ ...state, strays: 0 })]);
      }
      return steps;
    },
    problem(state, final) {
      if (state.hit) return 'the signal interrupts the next job of the thread';
      if (state.unsent + state.queued + state.taken !== 2) return 'a message is lost or doubled';
      if (state.worker === 'draining' && state.result === 'interrupted' && !state.cancelled) {
        return 'a signal of somebody else ends the wait';
      }
      const hangs = state.worker === 'sleeping' && state.queued === 0 && state.unsent === 2;
      if (hangs && state.canceller === 'done') return 'the thread sleeps for ever';
      if (!final) return undefined;
      const over = state.worker === 'done' || state.worker === 'removed';
      return over && state.canceller === 'done' ? undefined : 'somebody waits for ever';
    },
  };
}
