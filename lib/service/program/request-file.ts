import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';

// Node has no name for it: a file without one, gone with whoever has it open last. See open(2).
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/**
 * A request as a file to be read as standard input, and its descriptor. Unlike in a pipe it is there as a whole before the
 * program begins: one whose worker is killed meanwhile never takes a part of it for all, and one that does not read its
 * input keeps nobody waiting.
 *
 * @throws the system's error where there is no room for it
 */
export function requestFile(request: Uint8Array): number {
  try {
    return fileIn('/dev/shm', request);
  } catch {
    // There is none, or it is full.
    return fileIn(tmpdir(), request);
  }
}

function fileIn(folder: string, bytes: Uint8Array): number {
  const descriptor = openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
  try {
    // At a position, which leaves that of the descriptor where the program begins to read.
    for (let at = 0; at < bytes.length;) {
      at += writeSync(descriptor, bytes, at, bytes.length - at, at);
    }
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return descriptor;
}
