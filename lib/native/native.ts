import { createRequire } from 'node:module';
import type { NativeBinding, NativeQueue } from './binding.js';
import { BUILD, findAddon } from './find-addon.js';
import { checkRuntime, refuse } from './runtime.js';
import { refusing, standIn } from './stand-in.js';

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

interface Loaded {
  readonly file: string;
  readonly binding: NativeBinding;
}

let loaded: Loaded | undefined;

function load(): Loaded {
  checkRuntime(process);
  const { file, release } = findAddon();
  try {
    return { file, binding: withFastMethods(createRequire(file)(file) as Addon) };
  } catch (error) {
    return refuse(`cannot load its native addon: ${(error as Error).message}`, BUILD);
  } finally {
    release?.();
  }
}

/**
 * The file of the addon, which is loaded now if it is not yet.
 *
 * @throws Error with the code `ERR_MQ_UNSUPPORTED`, which says what to do, where it cannot be
 * @internal
 */
export function addonFile(): string {
  loaded ??= load();
  return loaded.file;
}

function loadOrStandIn(): NativeBinding {
  try {
    loaded ??= load();
    return loaded.binding;
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
