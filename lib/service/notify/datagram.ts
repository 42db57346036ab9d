import { createRequire } from 'node:module';
import { missingPackageError } from '../../base/errors.js';

// A bundler to CommonJS leaves no URL.
const here = (import.meta.url as string | undefined) ?? `${process.cwd()}/`;

type Package = typeof import('node-unix-socket');

/**
 * What sends a datagram to a Unix socket, which Node.js itself cannot.
 *
 * @throws Error with code `ERR_MODULE_NOT_FOUND` where its package is not installed
 */
export function loadSockets(): Package {
  try {
    return createRequire(here)('node-unix-socket') as Package;
  } catch (error) {
    throw missingPackageError('The option notify', ['node-unix-socket'], error as Error);
  }
}

/** Sends it; `failed` is called with why it could not be. */
export function sendDatagram(
  { DgramSocket }: Package,
  path: string,
  text: string,
  failed: (error: Error) => void,
): void {
  // One for each datagram: an open one would keep the process alive.
  const socket = new DgramSocket();
  const over = (error?: Error): void => {
    socket.close();
    if (error !== undefined) failed(error);
  };
  socket.on('error', over);
  const bytes = Buffer.from(text);
  try {
    socket.sendTo(bytes, 0, bytes.length, path, over);
  } catch (error) {
    over(error as Error);
  }
}
