import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { codeOf } from '../base/code-of.js';
import { MessageQueue } from '../message-queue/message-queue.js';

// A process that is killed runs no hook, and where the mqueue file system is not mounted nobody can list
// the queues. So each process keeps a file with the names of its own, which the next one finds.
const FILE = /^(?<spaces>\d+-\d+)-(?<pid>\d+)-(?<start>\d+)-[0-9a-f]+$/;

/** How the names of a process begin. */
export function prefixOf(pid: number): string {
  return `/mq-test-${pid}-`;
}

/** The names of the temporary queues of this process, in a file as long as there are any. */
export class NameList {
  readonly #names = new Set<string>();
  #file: string | undefined;

  add(name: string): void {
    this.#file ??= newFile();
    this.#names.add(name);
    if (this.#file !== undefined) quietly(() => appendFileSync(this.#file ?? '', `${name}\n`));
  }

  remove(name: string): void {
    this.#names.delete(name);
    if (this.#file === undefined || this.#names.size > 0) return;
    rmSync(this.#file, { force: true });
    this.#file = undefined;
  }
}

/** What a process has left that ended without unlinking its temporary queues. */
interface LeftBehind {
  readonly names: readonly string[];
  /** Where they are listed. */
  readonly file: string;
}

/**
 * Unlinks the temporary queues of this user's processes that have ended without doing so. Those of other
 * namespaces are left alone: a process id means another process there, and a name another queue.
 */
export function removeLeftBehind(): void {
  for (const { names, file } of leftBehind()) {
    // Who can unlink none, as where the addon cannot be loaded, leaves the list to others.
    if (names.every(unlinkOrGone)) quietly(() => rmSync(file, { force: true }));
  }
}

function unlinkOrGone(name: string): boolean {
  try {
    MessageQueue.unlink(name);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

/** What that would unlink; some of it may be gone. */
export function leftBehind(): LeftBehind[] {
  const spaces = namespaces();
  const folder = folderPath();
  const found: LeftBehind[] = [];
  if (spaces === undefined || !isOurs(folder)) return found;
  quietly(() => {
    for (const file of readdirSync(folder)) {
      const groups = FILE.exec(file)?.groups;
      if (groups?.['spaces'] !== spaces) continue;
      const pid = Number(groups['pid']);
      if (!hasEnded(statOf(pid), groups['start'] ?? '')) continue;
      quietly(() => found.push(listedIn(join(folder, file), pid)));
    }
  });
  return found;
}

/**
 * Whether a process is there no more.
 *
 * @param stat - the text of /proc/PID/stat, see proc(5); undefined where there is none
 * @param start - when it began: the number of the process may be another's by now
 */
export function hasEnded(stat: string | undefined, start: string): boolean {
  if (stat === undefined) return true;
  const [state, begun] = fieldsOf(stat);
  return state === 'Z' || state === 'X' || begun !== start;
}

function listedIn(file: string, pid: number): LeftBehind {
  const names = readFileSync(file, 'utf8').split('\n');
  return { names: names.filter((name) => name.startsWith(prefixOf(pid))), file };
}

function newFile(): string | undefined {
  const spaces = namespaces();
  const [, start] = fieldsOf(statOf(process.pid) ?? '');
  if (spaces === undefined || start === undefined) return undefined;
  const folder = folderPath();
  quietly(() => mkdirSync(folder, { mode: 0o700 }));
  if (!isOurs(folder)) return undefined;
  return join(folder, `${spaces}-${process.pid}-${start}-${randomBytes(4).toString('hex')}`);
}

function folderPath(): string {
  return join(tmpdir(), `posix-mqueue-testing-${process.geteuid?.()}`);
}

/** Anyone may be the first to make a folder of that name. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) return false;
  return stat.uid === process.geteuid?.() && (stat.mode & 0o022) === 0;
}

/** Of process ids and of queues. Undefined where /proc is not there or shows the processes of others. */
function namespaces(): string | undefined {
  try {
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined;
    const inodes = ['pid', 'ipc'].map(
      (kind) => /\d+/.exec(readlinkSync(`/proc/self/ns/${kind}`))?.[0],
    );
    return inodes.join('-');
  } catch {
    return undefined;
  }
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}

/** State and start of a process. The name before them is in brackets, and may have some in it. */
function fieldsOf(stat: string): [state: string | undefined, start: string | undefined] {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[0], fields[19]];
}

/** This is a help for later runs: what hinders it must not fail a test. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Another process has done it, or the disk is full, or the user may not.
  }
}
