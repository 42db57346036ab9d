import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { shownName, type QueueName } from '../../base/names.js';
import { native } from '../../native/native.js';
import { allPaths } from './folder.js';

const { ENODATA } = constants.errno;

/** The file in which a receiver with redelivery keeps the messages that it has in hand. */
export interface LeaseDescription {
  /** The queue that they came from. */
  readonly queue: string;
  readonly path: string;
  /** The process that made it, by its number in its own PID namespace. */
  readonly pid: number;
  /** Whether a process has it: the one that made it, or one that took it over. */
  readonly lives: boolean;
  /** Messages in hand; of a file that nobody has: those that come again. */
  readonly held: number;
  /** Messages that too many receivers died with, or that were refused. Nobody is to get them. */
  readonly givenUp: number;
}

/** @internal */
export interface LeaseFile extends LeaseDescription {
  readonly key: QueueName;
  /** The inode of its IPC namespace: queues of others are others, whatever their names. */
  readonly ipcNamespace: number;
}

/** The files of this user's receivers, of queues of this IPC namespace. Only looks. */
export function describeLeases(): LeaseDescription[] {
  const { ino } = statSync('/proc/self/ns/ipc');
  const own = leaseFiles().filter(({ ipcNamespace }) => ipcNamespace === ino);
  return own.map(({ key: _key, ipcNamespace: _namespace, ...described }) => described);
}

/** Those of all namespaces. */
export function leaseFiles(): LeaseFile[] {
  return allPaths().flatMap((path) => {
    const survey = native.surveyLease(path);
    if (typeof survey === 'number') return [];
    const [lives, pid, ipcNamespace, bytes, held, givenUp] = survey;
    const key = isUtf8(bytes) ? bytes.toString() : bytes;
    return [{ path, queue: shownName(key), key, pid, ipcNamespace, lives, held, givenUp }];
  });
}

/** Those whose maker died before they were finished. */
export function unfinishedFiles(): string[] {
  return allPaths().filter((path) => native.surveyLease(path) === -ENODATA);
}

/** Removes a file in which nothing is, unless somebody has it. */
export function removeEmpty(
  path: string,
  { key, ipcNamespace }: Pick<LeaseFile, 'key' | 'ipcNamespace'>,
): void {
  const lease = native.adoptLease(path, key, ipcNamespace);
  if (lease > 0) native.closeLease(lease);
}
