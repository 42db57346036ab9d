import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseFolder } from '#dist/queue/leases/folder.js';

// As docs/leases.md describes the file, and not as the addon has it.
const FILL = 512;
const SLOT = 64;
const MESSAGE_SIZE_AT = 16;

const aligned = (size: number): number => Math.ceil(size / 64) * 64;

/** The paths of the lease files of a queue. */
export function leaseFiles(name: string): string[] {
  return new LeaseFolder(name, name).paths();
}

/** For the end of a test: that a queue has no lease file, and has none then. */
export function expectNoLeases(name: string): void {
  const left = leaseFiles(name);
  for (const path of left) rmSync(path, { force: true });
  assert.deepEqual(left, []);
}

/** All lease files of this user. */
export function allLeaseFiles(): string[] {
  const folder = `/dev/shm/posix-mqueue-${process.geteuid?.() ?? 0}`;
  return readdirSync(folder).map((file) => join(folder, file));
}

/** Writes into a lease file, as a process that dies leaves it, or as nobody does. */
export class LeaseEditor {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return statSync(this.#path).size;
  }

  /** Where a slot begins. */
  slot(index: number): number {
    const size = this.read(MESSAGE_SIZE_AT, 4).readUInt32LE();
    return FILL + aligned(size) + index * (SLOT + aligned(size));
  }

  /** The fill of all slots. */
  fill(): Buffer {
    return this.read(FILL, this.read(MESSAGE_SIZE_AT, 4).readUInt32LE());
  }

  read(at: number, length: number): Buffer {
    const buffer = Buffer.alloc(length);
    this.#open((fd) => readSync(fd, buffer, 0, length, at));
    return buffer;
  }

  write(at: number, bytes: Uint8Array): void {
    this.#open((fd) => writeSync(fd, bytes, 0, bytes.length, at));
  }

  writeNumber(at: number, number: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(number);
    this.write(at, bytes);
  }

  /** As if the process was killed before it had stored what the system call returned. */
  unmeasure(index: number): void {
    const slot = this.slot(index);
    this.writeNumber(slot, 1);
    this.writeNumber(slot + 4, 0);
  }

  #open(use: (fd: number) => void): void {
    const fd = openSync(this.#path, 'r+');
    use(fd);
    closeSync(fd);
  }
}
