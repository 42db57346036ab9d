import { statfsSync } from 'node:fs';
import { limits } from '../../base/limits.js';
import { resourceLimit } from '../../base/resource-limit.js';
import type { QueueDescription } from '../queues.js';

/** What this system, or this user, may not go beyond. */
export interface SystemLimit {
  /** As its manual has it, such as `fs.mqueue.msg_max` or `RLIMIT_MSGQUEUE`. */
  readonly name: string;
  /** In a few words. */
  readonly what: string;
  readonly unit: 'messages' | 'bytes' | 'queues' | 'files';
  /** `Infinity` for none. */
  readonly value: number;
  /** As far as can be seen from this process. */
  readonly used?: number;
  /** What to type to have twice as much. */
  readonly raise: string;
}

const SHARED_MEMORY = '/dev/shm';
const MEBIBYTE = 1024 * 1024;
// HARD_MSGMAX and HARD_MSGSIZEMAX of the kernel, see mq_overview(7).
const MOST_MESSAGES = 65_536;
const LARGEST_MESSAGE = 16 * MEBIBYTE;

/**
 * All that can be read.
 *
 * @param queues - those of this IPC namespace, where they can be listed
 */
export function systemLimits(queues: readonly QueueDescription[] | undefined): SystemLimit[] {
  return [
    ...whereReadable(() => kernelLimits(queues?.length)),
    ...whereReadable(() => userLimits(queues)),
    ...whereReadable(memoryLimit),
  ];
}

/** None where the kernel has no queues, or a container hides what tells of them. */
function whereReadable(read: () => SystemLimit[]): SystemLimit[] {
  try {
    return read();
  } catch {
    return [];
  }
}

function kernelLimits(queues: number | undefined): SystemLimit[] {
  const now = limits();
  const limit = (
    file: string,
    what: string,
    unit: SystemLimit['unit'],
    value: number,
    most = Infinity,
  ): SystemLimit => {
    const name = `fs.mqueue.${file}`;
    return { name, what, unit, value, raise: `sysctl ${name}=${Math.min(value * 2, most)}` };
  };
  const { maxMessages, maxMessageSize, defaultMessages, defaultMessageSize, maxQueues } = now;
  return [
    limit('msg_max', 'messages of a queue', 'messages', maxMessages, MOST_MESSAGES),
    limit('msgsize_max', 'size of a message', 'bytes', maxMessageSize, LARGEST_MESSAGE),
    limit('msg_default', 'messages, where none are asked for', 'messages', defaultMessages),
    limit('msgsize_default', 'size, where none is asked for', 'bytes', defaultMessageSize),
    {
      ...limit('queues_max', 'queues of this IPC namespace', 'queues', maxQueues),
      ...(queues !== undefined && { used: queues }),
    },
  ];
}

function userLimits(queues: readonly QueueDescription[] | undefined): SystemLimit[] {
  const bytes = resourceLimit('Max msgqueue size');
  const files = resourceLimit('Max open files');
  const used = queues === undefined ? {} : { used: bytesOf(queues) };
  return [
    {
      name: 'RLIMIT_MSGQUEUE',
      what: 'bytes of all queues of this user',
      unit: 'bytes',
      value: bytes.soft,
      ...used,
      raise: raising(bytes, 'q', 'msgqueue'),
    },
    {
      name: 'RLIMIT_NOFILE',
      what: 'queues and files that a process has open',
      unit: 'files',
      value: files.soft,
      raise: raising(files, 'n', 'nofile'),
    },
  ];
}

/** Those of others are not counted to this user. */
function bytesOf(queues: readonly QueueDescription[]): number {
  const user = process.geteuid?.();
  const own = queues.filter(({ owner }) => owner === user);
  return own.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}

/** For the shell that it is typed in, and what that starts. Over the hard limit root alone can go. */
function raising(
  { soft, hard }: { readonly soft: number; readonly hard: number },
  option: string,
  name: string,
): string {
  if (soft === Infinity) return '';
  if (soft < hard) return `ulimit -S${option} ${Math.min(soft * 2, hard)}`;
  return `prlimit --pid $$ --${name}=${soft * 2}`;
}

/** For messages in hand with redelivery, and for large bodies of rpc. */
function memoryLimit(): SystemLimit[] {
  const { blocks, bfree, bsize } = statfsSync(SHARED_MEMORY);
  const value = blocks * bsize;
  return [
    {
      name: SHARED_MEMORY,
      what: 'bytes for redelivery and for large bodies',
      unit: 'bytes',
      value,
      used: (blocks - bfree) * bsize,
      raise: `mount -o remount,size=${Math.ceil((value * 2) / MEBIBYTE)}m ${SHARED_MEMORY}`,
    },
  ];
}
