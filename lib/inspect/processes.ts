import { readFile, readdir, readlink, stat } from 'node:fs/promises';

/** A descriptor of some process that leads to a file. */
export interface FoundDescriptor {
  readonly pid: number;
  readonly descriptor: number;
  /** What the link says, such as `/jobs`. */
  readonly link: string;
}

/** All processes of this PID namespace. */
export async function processIds(): Promise<number[]> {
  const names = await readdir('/proc');
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** What a process calls itself, or undefined where it has ended. */
export async function commandOf(pid: number): Promise<string | undefined> {
  // The name of a process is that of its first thread, which Node.js calls the latter since 24, or both.
  return readOr(`/proc/${pid}/comm`, (text) =>
    text.trimEnd().replace(/^(?:node-)?MainThread$/, 'node'),
  );
}

/** The descriptors of a process; none where it has ended, or is another user's. */
export async function descriptorsOf(pid: number): Promise<FoundDescriptor[]> {
  const folder = `/proc/${pid}/fd`;
  const numbers = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    numbers.map(async (number) => {
      const link = await readlink(`${folder}/${number}`).catch(() => undefined);
      return link === undefined ? [] : [{ pid, descriptor: Number(number), link }];
    }),
  );
  return found.flat();
}

/** The processes of a user whose descriptors cannot be seen: ptrace(2) of them would be refused. */
export async function hiddenProcesses(user: number): Promise<number[]> {
  const pids = await processIds();
  const hidden = await Promise.all(
    pids.map(async (pid) => (await isHidden(pid)) && (await usersOf(pid)).includes(user)),
  );
  return pids.filter((_, index) => hidden[index]);
}

async function isHidden(pid: number): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  try {
    const [first] = await readdir(folder);
    // Who may list them may not see for that where they lead to.
    if (first !== undefined) await readlink(`${folder}/${first}`);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Real, effective, saved and of the file system. */
async function usersOf(pid: number): Promise<number[]> {
  const read = (text: string): number[] =>
    (/^Uid:\s+(.*)$/m.exec(text)?.[1] ?? '').split('\t').map(Number);
  return (await readOr(`/proc/${pid}/status`, read)) ?? [];
}

/** Which file it leads to, where that can be seen. */
export async function fileOf({
  pid,
  descriptor,
}: FoundDescriptor): Promise<{ device: number; inode: number } | undefined> {
  try {
    const { dev: device, ino: inode } = await stat(`/proc/${pid}/fd/${descriptor}`);
    return { device, inode };
  } catch {
    return undefined;
  }
}

/** The flags that it was opened with, see open(2). */
export async function flagsOf({ pid, descriptor }: FoundDescriptor): Promise<number | undefined> {
  return readOr(`/proc/${pid}/fdinfo/${descriptor}`, (text) => {
    const octal = /^flags:\s+([0-7]+)$/m.exec(text)?.[1];
    return octal === undefined ? undefined : parseInt(octal, 8);
  });
}

/** For each thread that is in a system call: its number and its first argument. None where that cannot be seen. */
export async function systemCallsOf(pid: number): Promise<[number: number, first: number][]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const calls = await Promise.all(
    threads.map((thread) =>
      readOr(`/proc/${pid}/task/${thread}/syscall`, (text): [number, number] | undefined => {
        const [number, first] = text.split(' ').map(Number);
        return number === undefined || first === undefined ? undefined : [number, first];
      }),
    ),
  );
  return calls.filter((call) => call !== undefined);
}

async function readOr<T>(
  path: string,
  read: (text: string) => T | undefined,
): Promise<T | undefined> {
  try {
    return read(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
