import { tracingChannel } from 'node:diagnostics_channel';

type Phase = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';

/** What one channel tells while it is listened to. */
export interface Told<C> {
  readonly phases: Phase[];
  /** Of each operation, in the order of their starts: what is known then, and in the end. */
  readonly atStart: C[];
  readonly operations: C[];
  stop(): void;
}

export function listen<C extends object>(
  name: 'send' | 'receive' | 'process' | 'request',
  onStart: (operation: C) => void = () => undefined,
): Told<C> {
  const channel = tracingChannel<unknown, C>(`posix-mqueue:${name}`);
  const phases: Phase[] = [];
  const atStart: C[] = [];
  const operations: C[] = [];
  const note = (phase: Phase) => (): void => {
    phases.push(phase);
  };
  const subscribers = {
    start: (operation: C) => {
      phases.push('start');
      atStart.push({ ...operation });
      operations.push(operation);
      onStart(operation);
    },
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channel.subscribe(subscribers);
  return {
    phases,
    atStart,
    operations,
    stop: () => {
      channel.unsubscribe(subscribers);
    },
  };
}
