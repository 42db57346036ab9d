import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Messages as they cross the boundary: data, priority, data, priority, and so on.
 *
 * @internal
 */
export type FlatMessages = (Buffer | number)[];

/**
 * One open queue. Every method answers with a negative errno instead of throwing.
 *
 * @internal
 */
export interface NativeQueue {
  /** Called at the end of a waiting receive: the messages, or a negative errno. */
  onreceive: (result: FlatMessages | number) => void;
  /** Called at the end of a waiting send: how many were sent, or a negative errno. */
  onsend: (result: number) => void;

  /** `[maxMessages, maxMessageSize, currentMessages]` */
  attributes(): [number, number, number] | number;

  /** Up to `max` messages without waiting; `-EAGAIN` when there is none. */
  tryReceive(max: number): FlatMessages | number;
  /** 0, or a negative errno; `-EAGAIN` when the queue is full. */
  trySend(data: Uint8Array, priority: number): number;
  /** Sends from message number `first` on. How many were sent, or a negative errno. */
  trySendMany(messages: (Uint8Array | number)[], first: number): number;

  /** Each begins a wait: 0, or a negative errno. `-EBUSY`: no pool thread may be blocked. */
  receiveOnWorker(max: number): number;
  receiveOnLoop(max: number): number;
  receiveSpinning(max: number, microseconds: number): number;
  sendOnWorker(messages: (Uint8Array | number)[], first: number): number;
  sendOnLoop(messages: (Uint8Array | number)[], first: number): number;
  sendSpinning(messages: (Uint8Array | number)[], first: number, microseconds: number): number;

  /** True: the wait is over. False: `onreceive` or `onsend` will be called soon. */
  cancelReceive(): boolean;
  cancelSend(): boolean;
  /** After `cancelReceive()` said false: the result at once; `onreceive` is not called. */
  settleReceive(): FlatMessages | number;

  /** How many messages, from the front, went back into the kernel's queue without waiting. */
  giveBack(messages: (Uint8Array | number)[]): number;

  /** Sets one pool thread of the budget aside for this queue's receives. */
  reserveThread(): boolean;
  releaseThread(): void;

  /** Whether a wait on the loop keeps the process alive. */
  setReferenced(referenced: boolean): void;
  close(): number;
}

/** @internal */
export interface NativeBinding {
  /** 0 for both sizes: the kernel's defaults. The queue, or a negative errno. */
  open(
    name: string,
    flags: number,
    mode: number,
    maxMessages: number,
    maxMessageSize: number,
  ): NativeQueue | number;
  unlink(name: string): number;
  /** Ends every wait of this thread, and lets no more begin. */
  stop(): void;
  /** Calls `listener` once, after a pool thread of the budget became free. */
  notifyWhenThreadFree(listener: () => void): void;
  /** How many pool threads of this process may be blocked at one time. */
  readonly poolBudget: number;
}

const FILE = 'posix_mqueue.node';

function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}

function findAddon(): string | undefined {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const built = join(root, 'build', 'Release', FILE);
  if (existsSync(built)) return built;
  const libc = isMusl() ? 'musl' : 'glibc';
  const shipped = join(root, 'prebuilds', `${process.platform}-${process.arch}-${libc}`, FILE);
  return existsSync(shipped) ? shipped : undefined;
}

function refuse(problem: string, remedy: string): never {
  throw Object.assign(new Error(`posix-mqueue ${problem}. ${remedy}`), {
    code: 'ERR_MQ_UNSUPPORTED',
  });
}

function load(): NativeBinding {
  if (process.platform !== 'linux') {
    refuse(
      `runs on Linux only, and this is ${process.platform}`,
      'Use a Linux machine, virtual machine or container.',
    );
  }
  if (process.versions['bun'] !== undefined) {
    refuse(
      'does not run on Bun, whose libuv functions end the process',
      'Run it with Node.js 20 or newer.',
    );
  }
  const file = findAddon();
  if (file === undefined) {
    refuse(
      `has no native addon for ${process.platform}-${process.arch}`,
      'Build it with: npm explore posix-mqueue -- npm run build:native (needs g++, make and python3).',
    );
  }
  return createRequire(import.meta.url)(file) as NativeBinding;
}

/** @internal */
export const native: NativeBinding = load();

// Node joins the pool's threads at exit before it runs an addon's cleanup hooks, so a blocked one
// would keep the process for ever.
process.once('exit', () => {
  native.stop();
});
