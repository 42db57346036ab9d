import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function isThere(command, ...parameters) {
  return spawnSync(command, parameters, { stdio: 'ignore' }).status === 0;
}

/** The cross compiler of Debian. */
export function gcc(triple) {
  return {
    isThere: () => isThere(`${triple}-g++`, '--version'),
    advice: `apt-get install g++-${triple.replace('x86_64', 'x86-64')}`,
    commands: () => ({ CC: `${triple}-gcc`, CXX: `${triple}-g++` }),
    strip: `${triple}-strip`,
  };
}

/** Zig, which has a C library and a C++ library of its own for each system; the latter becomes a part of the binary. */
export function zig(triple) {
  const command = process.env.ZIG ?? 'zig';
  /** gyp takes a compiler without parameters. Without -O2 the C++ library would be one for debugging. */
  const write = (file, language) => {
    const text = `#!/bin/sh\nexec '${command}' ${language} -target ${triple} -O2 -s "$@"\n`;
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    return file;
  };
  return {
    isThere: () => isThere(command, 'version'),
    advice: 'put Zig 0.16 on the PATH, or its path in ZIG (scripts/get-zig.sh fetches it)',
    commands: (folder) => ({
      CC: write(join(folder, 'zig-cc'), 'cc'),
      CXX: write(join(folder, 'zig-c++'), 'c++'),
    }),
    // The linker has done it (-s).
    strip: undefined,
  };
}
