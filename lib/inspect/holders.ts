import { constants } from 'node:fs';
import {
  commandOf,
  descriptorsOf,
  fileOf,
  flagsOf,
  processIds,
  systemCallsOf,
  type FoundDescriptor,
} from './processes.js';

/** A process that has a queue open. */
export interface QueueHolder {
  readonly pid: number;
  /** What it calls itself, at most 15 bytes: see proc_pid_comm(5). */
  readonly command: string;
  /** Its descriptor. */
  readonly descriptor: number;
  /** What it was opened for. */
  readonly access: 'read' | 'write' | 'readwrite';
  /**
   * What a thread of it is blocked in. Who waits by poll(2) or epoll(7) is not seen, nor is a process that
   * ptrace(2) would be refused.
   */
  readonly waits?: 'receive' | 'send';
}

/** Which of the files of the mqueue file system is meant. */
export interface QueueFile {
  readonly device: number;
  readonly inode: number;
}

// See syscall(2): the only two kinds of machines that there are binaries for.
const WAITS: Readonly<Record<string, Readonly<Record<number, 'receive' | 'send'>>>> = {
  x64: { 243: 'receive', 242: 'send' },
  arm64: { 183: 'receive', 182: 'send' },
};

const ACCESS = ['read', 'write', 'readwrite'] as const;
const ACCESS_BITS = constants.O_WRONLY | constants.O_RDWR;
const GONE = ' (deleted)';

/**
 * Who has queues open: of each of these files its holders. Of other users' processes root alone sees it.
 *
 * @param files - by a name of the caller's
 */
export async function holdersOf(
  files: ReadonlyMap<string, QueueFile>,
): Promise<Map<string, QueueHolder[]>> {
  const names = new Map<string, string>();
  for (const [name, { device, inode }] of files) names.set(`${device}:${inode}`, name);
  const holders = new Map<string, QueueHolder[]>([...files.keys()].map((name) => [name, []]));
  for (const pid of await processIds()) {
    for (const found of (await descriptorsOf(pid)).filter(isLikeQueue)) {
      const file = await fileOf(found);
      const name = file && names.get(`${file.device}:${file.inode}`);
      if (name !== undefined) holders.get(name)?.push(await holderOf(found));
    }
  }
  return holders;
}

/** What is linked to below a folder is no queue, so that few files are looked at. */
function isLikeQueue({ link }: FoundDescriptor): boolean {
  const path = link.endsWith(GONE) ? link.slice(0, -GONE.length) : link;
  return path.lastIndexOf('/') === 0;
}

async function holderOf(found: FoundDescriptor): Promise<QueueHolder> {
  const { pid, descriptor } = found;
  const [command = '', flags = 0, calls] = await Promise.all([
    commandOf(pid),
    flagsOf(found),
    systemCallsOf(pid),
  ]);
  const access = ACCESS[flags & ACCESS_BITS] ?? 'readwrite';
  const known = WAITS[process.arch] ?? {};
  const call = calls.find(([number, first]) => number in known && first === descriptor);
  const waits = call && known[call[0]];
  return { pid, command, descriptor, access, ...(waits !== undefined && { waits }) };
}
