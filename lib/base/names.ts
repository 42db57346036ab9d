import { isUtf8 } from 'node:buffer';
import { readFile, readdir, statfs } from 'node:fs/promises';
import { types } from 'node:util';
import { invalidType, listError, nameError } from './errors.js';
import { warnOfNames } from './warnings.js';

const LONGEST_NAME = 255;

/** The name of a queue; as bytes where it is no UTF-8. */
export type QueueName = string | Uint8Array;

type NameCode = 'EINVAL' | 'ENOENT' | 'EACCES' | 'ENAMETOOLONG';

/**
 * Refuses before the system call what it would refuse, because its errno does not tell what is
 * wrong with a name, and because a NUL byte would silently cut the name and half of a surrogate pair
 * change it.
 *
 * @throws TypeError with the code that mq_open(3) has for such a name
 */
export function checkName(name: unknown, syscall = 'mq_open'): asserts name is string {
  if (typeof name !== 'string') throw invalidType('name', "a string such as '/jobs'", name);
  check(name, Buffer.byteLength(name), syscall);
}

/** @param length - in bytes */
function check(name: string, length: number, syscall: string): void {
  const problem = findProblem(name, length);
  if (problem === undefined) return;
  throw nameError(name, ...problem, syscall);
}

/**
 * As `checkName`, for a name that may be given as bytes: the same name as a string where that has it.
 *
 * @throws as `checkName`
 */
export function checkQueueName(name: unknown, syscall = 'mq_open'): QueueName {
  if (!isBytes(name)) {
    checkName(name, syscall);
    return name;
  }
  // Its own: the bytes may be changed, and a name is used again and again.
  const bytes = Buffer.from(name);
  // Each byte as one character, so that its checks are those of a string.
  check(bytes.toString('latin1'), bytes.length, syscall);
  return isUtf8(bytes) ? bytes.toString() : bytes;
}

/** A name for people: bytes that are no UTF-8 are written as `\xe9`. */
export function shownName(name: QueueName): string {
  if (typeof name === 'string') return name;
  const hex = (character: string): string =>
    `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return Buffer.from(name)
    .toString('latin1')
    .replace(/[^ -~]/g, hex);
}

function isBytes(name: unknown): name is Uint8Array {
  return types.isUint8Array(name);
}

function findProblem(name: string, length: number): [NameCode, string] | undefined {
  if (name === '') return ['EINVAL', "is empty: a name is a slash and a word, such as '/jobs'"];
  if (name.includes('\0')) return ['EINVAL', 'has a NUL byte, where the kernel would cut it off'];
  if (/\p{Surrogate}/u.test(name)) {
    return ['EINVAL', 'has half of a surrogate pair, which would open another name'];
  }
  if (!name.startsWith('/')) {
    return ['EINVAL', `has no leading slash: did you mean ${JSON.stringify(`/${name}`)}?`];
  }
  const word = name.slice(1);
  if (word === '') return ['ENOENT', "is only a slash: put a word behind it, such as '/jobs'"];
  if (word.includes('/')) {
    return ['EACCES', 'has a second slash: names are flat, there are no folders'];
  }
  if (word === '.' || word === '..') return ['EACCES', 'is a folder name: choose another word'];
  if (length - 1 > LONGEST_NAME) {
    return ['ENAMETOOLONG', `has ${length - 1} bytes after its slash: ${LONGEST_NAME} is the most`];
  }
  return undefined;
}

/** What to list. */
export interface ListOptions {
  /**
   * `'utf8'` gives strings, of the names that are UTF-8; `'buffer'` gives the bytes of every name, which
   * `MessageQueue.open` and `unlink` take too.
   *
   * @defaultValue `'utf8'`
   */
  encoding?: 'utf8' | 'buffer' | undefined;
}

const SLASH = Buffer.from('/');

/**
 * The names of all queues of this IPC namespace, sorted. Reads the mqueue file system, see
 * mq_overview(7).
 *
 * @throws MessageQueueError with code `ERR_MQ_NOT_MOUNTED` where that is not mounted,
 * `ERR_MQ_UNSUPPORTED` where this is not Linux
 */
export async function listNames(encoding: 'utf8' | 'buffer'): Promise<string[] | Buffer[]> {
  const words = await readdir(await mountPoint(), { encoding: 'buffer' });
  const names = words.map((word) => Buffer.concat([SLASH, word])).sort((a, b) => a.compare(b));
  if (encoding === 'buffer') return names;
  // As a string it would be the name of another queue.
  const strings = names.filter((name) => isUtf8(name)).map(String);
  if (strings.length < names.length) warnOfNames(names.length - strings.length);
  return strings.sort();
}

/**
 * Where the mqueue file system is mounted, see mq_overview(7).
 *
 * @throws as `listNames`
 */
export async function mountPoint(): Promise<string> {
  if (process.platform !== 'linux') throw listError('platform');
  const folder = await readFile('/proc/self/mountinfo', 'utf8').then(findMount, usualMount);
  if (folder === undefined) throw listError('mount');
  return folder;
}

const USUAL_MOUNT = '/dev/mqueue';
/** What statfs(2) calls the mqueue file system: see linux/magic.h. */
const MQUEUE_MAGIC = 0x1980_0202;

/** Where it is as a rule, for who has no /proc to look it up. */
async function usualMount(): Promise<string | undefined> {
  const type = await statfs(USUAL_MOUNT).then(
    (found) => found.type,
    () => undefined,
  );
  return type === MQUEUE_MAGIC ? USUAL_MOUNT : undefined;
}

/**
 * The mount point in the text of /proc/self/mountinfo, see proc(5). The last one where there are several:
 * those before may show the queues of the IPC namespace that this one was made from.
 */
export function findMount(mountinfo: string): string | undefined {
  let found: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [mount = '', kind = ''] = line.split(' - ');
    if (!kind.startsWith('mqueue ')) continue;
    const path = mount.split(' ')[4];
    // Blanks in it are written as \040.
    found = path?.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    );
  }
  return found;
}
