import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

/** Of this user. */
export const FOLDER = `/dev/shm/posix-mqueue-${process.geteuid?.() ?? 0}`;

// In the file of a lock: see docs/leases.md.
const PROCESS_AT = 20;
const OUR_QUEUES = readlinkSync('/proc/self/ns/ipc');

const ours = new Set<string>();

/** Whether a lock is that of a process with the queues of this one: other runs of the tests use the same folder. */
function isOurs(lock: string): boolean {
  try {
    const bytes = Buffer.alloc(4);
    const fd = openSync(`${FOLDER}/${lock}`, 'r');
    readSync(fd, bytes, 0, 4, PROCESS_AT);
    closeSync(fd);
    return readlinkSync(`/proc/${bytes.readUInt32LE()}/ns/ipc`) === OUR_QUEUES;
  } catch {
    return false; // has ended
  }
}

const wordOf = (file: string): string => file.slice('body-'.length, 'body-'.length + 24);

/** The files of the spilled bodies of these tests, and the locks of the hosts that have some. */
export function bodies(): string[] {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER).filter((file) => file.startsWith('body-'));
  for (const file of files) if (file.endsWith('.lock') && isOurs(file)) ours.add(wordOf(file));
  return files.filter((file) => ours.has(wordOf(file)));
}
