import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The C library of this system, told without process.report, which looks up the names of all peers. */
export function libraryFamily(url: string): 'glibc' | 'musl' {
  try {
    // It is no ES module: a bundler could not import it into one.
    const libc = createRequire(url)('detect-libc') as typeof import('detect-libc');
    return libc.familySync() === libc.MUSL ? 'musl' : 'glibc';
  } catch {
    return familyOfProgram();
  }
}

/** Beside a bundle there may be no packages, but Node's own file begins with the name of what loads it. */
function familyOfProgram(): 'glibc' | 'musl' {
  try {
    const head = Buffer.alloc(65_536);
    const file = openSync(process.execPath, 'r');
    try {
      readSync(file, head);
    } finally {
      closeSync(file);
    }
    return head.includes('/ld-musl-') ? 'musl' : 'glibc';
  } catch {
    // With the wrong binary, loading says so.
    return 'glibc';
  }
}
