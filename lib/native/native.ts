import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { checkRuntime, refuse } from './runtime.js';
import type { NativeBinding, NativeQueue } from './binding.js';
import { refusing, standIn } from './stand-in.js';

const FILE = 'posix_mqueue.node';
const BUILD =
  'Build it with: npm explore posix-mqueue -- npm run build:native (needs g++, make and python3).';

// A bundler to CommonJS leaves no URL.
const here = import.meta.url as string | undefined;

function findAddon(): string {
  if (here === undefined) refuseBundle();
  const root = fileURLToPath(new URL('../..', here));
  const built = join(root, 'build', 'Release', FILE);
  if (existsSync(built)) return built;
  const folder = join(root, 'prebuilds');
  if (!existsSync(folder) && !here.endsWith('/dist/native/native.js')) refuseBundle();
  const system = `${process.platform}-${process.arch}-${libraryFamily(here)}`;
  const shipped = join(folder, system, FILE);
  if (existsSync(shipped)) return shipped;
  refuse(`has no native addon for ${system}`, BUILD);
}

/** Not by process.report, which looks up the names of all peers. */
function libraryFamily(url: string): string {
  // It is no ES module: a bundler could not import it into one.
  const libc = createRequire(url)('detect-libc') as typeof import('detect-libc');
  return libc.familySync() === libc.MUSL ? 'musl' : 'glibc';
}

/** Where the code is in a file of another name, the addon is not beside it. */
function refuseBundle(): never {
  refuse(
    'was bundled into another file, and its native addon is not beside that one',
    "Mark 'posix-mqueue' as external in your bundler (esbuild: --external:posix-mqueue), and install " +
      'it where the program runs.',
  );
}

/** How the addon itself takes the calls that are made for every message. */
interface FastCalls {
  tryReceive(this: void, handle: number, max: number, microseconds: number): number;
  names(this: void, handle: number): number;
  trySend(this: void, handle: number, count: number): number;
  beginReceive(this: void, handle: number, way: number, max: number, microseconds: number): number;
  beginSend(this: void, handle: number, way: number, count: number, microseconds: number): number;
}

interface Addon extends FastCalls, Omit<NativeBinding, keyof FastCalls> {
  readonly Queue: { readonly prototype: NativeQueue };
}

/** Gives its queues the methods for them. */
function withFastMethods(addon: Addon): NativeBinding {
  const { tryReceive, names, trySend, beginReceive, beginSend } = addon;
  Object.assign(addon.Queue.prototype, {
    tryReceive(this: { handle: number }, max: number, microseconds: number) {
      return tryReceive(this.handle, max, microseconds);
    },
    names(this: { handle: number }) {
      return names(this.handle);
    },
    trySend(this: { handle: number }, count: number) {
      return trySend(this.handle, count);
    },
    beginReceive(this: { handle: number }, way: number, max: number, microseconds: number) {
      return beginReceive(this.handle, way, max, microseconds);
    },
    beginSend(this: { handle: number }, way: number, count: number, microseconds: number) {
      return beginSend(this.handle, way, count, microseconds);
    },
  });
  return addon;
}

function load(): NativeBinding {
  checkRuntime(process);
  const file = findAddon();
  try {
    return withFastMethods(createRequire(here ?? file)(file) as Addon);
  } catch (error) {
    refuse(`cannot load its native addon: ${(error as Error).message}`, BUILD);
  }
}

/**
 * The file of the addon, which is loaded now if it is not yet.
 *
 * @throws Error with the code `ERR_MQ_UNSUPPORTED`, which says what to do, where it cannot be
 * @internal
 */
export function addonFile(): string {
  load();
  return findAddon();
}

function loadOrStandIn(): NativeBinding {
  try {
    return load();
  } catch (error) {
    return standIn(refusing(error as Error));
  }
}

/**
 * The addon. The first queue that is opened or unlinked, or lease that is made or looked at, loads it: what needs none (types, codecs,
 * MemoryTransport) works where it cannot be loaded.
 *
 * @internal
 */
// oxlint-disable-next-line import/no-mutable-exports -- a call for every message is to cost no look whether it is loaded
export let native: NativeBinding = standIn({
  open(...parameters) {
    native = loadOrStandIn();
    return native.open(...parameters);
  },
  unlink(name) {
    native = loadOrStandIn();
    return native.unlink(name);
  },
  createLease(...parameters) {
    native = loadOrStandIn();
    return native.createLease(...parameters);
  },
  adoptLease(...parameters) {
    native = loadOrStandIn();
    return native.adoptLease(...parameters);
  },
  adoptGivenUp(...parameters) {
    native = loadOrStandIn();
    return native.adoptGivenUp(...parameters);
  },
  viewLease(...parameters) {
    native = loadOrStandIn();
    return native.viewLease(...parameters);
  },
  surveyLease(...parameters) {
    native = loadOrStandIn();
    return native.surveyLease(...parameters);
  },
});
