import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { mountPoint } from '../../base/names.js';
import { folderOfUser } from '../../base/private-folder.js';
import { addonFile } from '../../native/native.js';
import { MessageQueue } from '../../message-queue/message-queue.js';

/** Something that has to be there, or that explains what is. */
export interface SystemCheck {
  /** In one word. */
  readonly name: 'addon' | 'queues' | 'list' | 'ipc' | 'memory' | 'seccomp';
  readonly works: boolean;
  /** In a few words. */
  readonly found: string;
  /** What to do. Where it does not work. */
  readonly remedy?: string;
}

type Found = Omit<SystemCheck, 'name'>;

const FOLDER = '/dev/mqueue';
// That of the machine itself: PROC_IPC_INIT_INO of the kernel.
const FIRST_NAMESPACE = 'ipc:[4026531839]';
const SECCOMP: Readonly<Record<string, string>> = {
  0: 'no filter',
  1: 'strict mode',
  2: 'a filter is set: what it forbids fails with EPERM or ENOSYS',
};

/** Tries what this package needs. Makes a queue of one byte, and removes it. */
export async function systemChecks(): Promise<SystemCheck[]> {
  return [
    { name: 'addon', ...checkAddon() },
    { name: 'queues', ...checkQueues() },
    { name: 'list', ...(await checkList()) },
    { name: 'ipc', ...checkNamespace() },
    { name: 'memory', ...checkMemory() },
    { name: 'seccomp', ...checkSeccomp() },
  ];
}

function checkAddon(): Found {
  try {
    return { works: true, found: addonFile() };
  } catch (error) {
    return failed('it cannot be loaded', (error as Error).message);
  }
}

function checkQueues(): Found {
  const name = `/mq-check-${randomBytes(8).toString('hex')}`;
  const options = { create: true, exclusive: true, maxMessages: 1, maxMessageSize: 1 };
  try {
    const queue = MessageQueue.open(name, options);
    try {
      const went = queue.trySend('a') && queue.tryReceive()?.text() === 'a';
      if (went) return { works: true, found: 'one was made, sent to, received from and removed' };
      return failed('a message that was sent did not come', 'Use another kernel');
    } finally {
      MessageQueue.unlink(name);
      void queue.close();
    }
  } catch (error) {
    return failed('none can be made and used', (error as Error).message);
  }
}

async function checkList(): Promise<Found> {
  try {
    return { works: true, found: `the mqueue file system is mounted at ${await mountPoint()}` };
  } catch {
    const remedy = `As root: mkdir -p ${FOLDER} && mount -t mqueue none ${FOLDER}`;
    return failed('the mqueue file system, which lists the queues, is not mounted', remedy);
  }
}

function checkNamespace(): Found {
  try {
    const own = readlinkSync('/proc/self/ns/ipc');
    const where = container();
    const found =
      own === FIRST_NAMESPACE
        ? `${own}, that of the machine itself`
        : `${own}, not that of the machine: its queues are seen by who shares it`;
    return { works: true, found: where === undefined ? found : `${found}; in a ${where}` };
  } catch {
    return { works: true, found: 'unknown: there is no /proc' };
  }
}

function container(): string | undefined {
  if (existsSync('/.dockerenv')) return 'Docker container';
  if (existsSync('/run/.containerenv')) return 'Podman container';
  return process.env['KUBERNETES_SERVICE_HOST'] === undefined ? undefined : 'Kubernetes pod';
}

function checkMemory(): Found {
  const folder = folderOfUser();
  const shared = dirname(folder);
  const remedy = `Mount a tmpfs at ${shared} that this user may write to`;
  try {
    const own = lstatSync(folder, { throwIfNoEntry: false });
    if (own === undefined) {
      accessSync(shared, constants.W_OK | constants.X_OK);
      return { works: true, found: `this user may write to ${shared}` };
    }
    const isOurs = own.isDirectory() && own.uid === process.geteuid?.() && (own.mode & 0o077) === 0;
    if (isOurs) return { works: true, found: folder };
    return failed(`${folder} is not a folder of this user's alone`, 'Have it removed');
  } catch (error) {
    return failed(`${shared} cannot be used (${(error as NodeJS.ErrnoException).code})`, remedy);
  }
}

function checkSeccomp(): Found {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const mode = /^Seccomp:\s+(\d)$/m.exec(status)?.[1] ?? '0';
    return { works: true, found: SECCOMP[mode] ?? `mode ${mode}` };
  } catch {
    return { works: true, found: 'unknown: there is no /proc' };
  }
}

function failed(found: string, remedy: string): Found {
  return { works: false, found, remedy };
}
