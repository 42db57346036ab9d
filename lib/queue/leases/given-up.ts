import { constants } from 'node:os';
import { statSync } from 'node:fs';
import { checkQueueName } from '../../base/names.js';
import { native } from '../../native/native.js';
import { leaseFiles, type LeaseFile } from './survey.js';

const { EAGAIN } = constants.errno;

/** A message that too many receivers died with, or that one refused. */
export interface GivenUpMessage {
  readonly data: Buffer;
  readonly priority: number;
  /** How many receivers have died with it before the last one. */
  readonly attempts: number;
  /** It is elsewhere now: its file keeps it no more. */
  free(): void;
}

/** The files of a queue of this IPC namespace in which something was given up. */
export function filesWithGivenUp(name: string): LeaseFile[] {
  const key = checkQueueName(name).toString();
  const { ino } = statSync('/proc/self/ns/ipc');
  return leaseFiles().filter((file) => {
    return file.key === key && file.ipcNamespace === ino && file.givenUp > 0;
  });
}

/**
 * Takes over a file whose process is dead, for as long as the messages are looked at.
 *
 * @param refused - called in place of that, where a process has it
 */
export function* givenUpIn(file: LeaseFile, refused: () => void): Generator<GivenUpMessage> {
  const lease = native.adoptGivenUp(file.path, file.key, file.ipcNamespace);
  if (lease === -EAGAIN) refused();
  // Anything else: it is gone.
  if (lease < 0) return;
  try {
    for (const slot of native.givenUpSlots(lease)) {
      const contents = native.readSlot(slot);
      if (typeof contents === 'number') continue;
      const [data, priority, attempts] = contents;
      yield {
        data,
        priority,
        attempts,
        free() {
          native.freeGivenUpSlot(slot);
        },
      };
    }
  } finally {
    native.closeLease(lease);
  }
}
