import { readFile, readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { invalidType, MessageQueueError, withCode } from './errors.js';

const LONGEST_NAME = 255;

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
  const problem = findProblem(name);
  if (problem === undefined) return;
  const [code, text] = problem;
  const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  throw withCode(new TypeError(`Queue name ${JSON.stringify(shown)} ${text}`), {
    code,
    errno: -constants.errno[code],
    syscall,
    queue: name,
  });
}

function findProblem(name: string): [NameCode, string] | undefined {
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
  const length = Buffer.byteLength(word);
  if (length > LONGEST_NAME) {
    return ['ENAMETOOLONG', `has ${length} bytes after its slash: ${LONGEST_NAME} is the most`];
  }
  return undefined;
}

/**
 * The names of all queues of this IPC namespace, sorted. Reads the mqueue file system, see
 * mq_overview(7).
 *
 * @throws MessageQueueError with code `ERR_MQ_NOT_MOUNTED` where that is not mounted,
 * `ERR_MQ_UNSUPPORTED` where this is not Linux
 */
export async function listNames(): Promise<string[]> {
  if (process.platform !== 'linux') {
    throw new MessageQueueError(
      `The queues cannot be listed: they are those of Linux, and this is ${process.platform}`,
      { code: 'ERR_MQ_UNSUPPORTED' },
    );
  }
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  const folder = findMount(mounts);
  if (folder === undefined) {
    throw new MessageQueueError(
      'The queues cannot be listed: the mqueue file system is not mounted. As root: ' +
        'mkdir -p /dev/mqueue && mount -t mqueue none /dev/mqueue',
      { code: 'ERR_MQ_NOT_MOUNTED' },
    );
  }
  const names = await readdir(folder);
  return names.map((name) => `/${name}`).sort();
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
