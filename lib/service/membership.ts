import { MARK, poolMessage, sum, type PoolMessage } from './pool-messages.js';

/** A worker in a process of a pool. */
export interface Member {
  stats(): object;
  /** The pool is gone. */
  stop(): void;
}

/** What a member does for its pool. */
export interface Membership {
  ready(): void;
  leave(): void;
}

const members = new Set<Member>();

function tell(message: PoolMessage): void {
  // Whoever cannot be told has gone.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function answer(message: unknown): void {
  const asked = poolMessage(message);
  if (asked?.posixMqueue !== 'stats?') return;
  tell({
    posixMqueue: 'stats',
    id: asked.id,
    counts: sum([...members].map((each) => each.stats())),
  });
}

function stopAll(): void {
  for (const each of members) each.stop();
}

/** Has a worker answer to the pool whose process this is; to nobody in any other process. */
export function enlist(member: Member): Membership | undefined {
  if (process.env[MARK] === undefined || process.send === undefined) return undefined;
  if (!process.connected) {
    member.stop();
    return undefined;
  }
  if (members.size === 0) {
    // Both keep the process alive, and so does a worker as long as it runs.
    process.on('message', answer);
    process.once('disconnect', stopAll);
  }
  members.add(member);
  return {
    ready: () => {
      tell({ posixMqueue: 'ready' });
    },
    leave: () => {
      members.delete(member);
      if (members.size > 0) return;
      process.off('message', answer);
      process.off('disconnect', stopAll);
    },
  };
}
