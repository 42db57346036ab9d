import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';

// Node has no name for it: a file without one, gone with whoever has it open last. See open(2).
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const FOLDERS = ['/dev/shm', tmpdir()];

/**
 * A request as a file to be read as standard input. Unlike in a pipe it is there as a whole before the program begins: one whose worker is killed
 * meanwhile never takes a part of it for all, and one that does not read its input keeps nobody waiting.
 */
export class RequestFile {
  readonly descriptor: number;

  /** @throws the system's error where there is no room for it */
  constructor(request: Uint8Array) {
    this.descriptor = openAnywhere();
    try {
      // At a position, which leaves that of the descriptor where the program begins to read.
      for (let at = 0; at < request.length;) {
        at += writeSync(this.descriptor, request, at, request.length - at, at);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function openAnywhere(): number {
  let failure: unknown;
  for (const folder of FOLDERS) {
    try {
      return openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
