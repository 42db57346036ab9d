import { gcc, zig } from './compilers.mjs';

/** The systems that the package has a binary for, each with what compiles it on a machine of another kind. */
export const TARGETS = [
  { arch: 'x64', libc: 'glibc', compiler: gcc('x86_64-linux-gnu') },
  { arch: 'arm64', libc: 'glibc', compiler: gcc('aarch64-linux-gnu') },
  { arch: 'x64', libc: 'musl', compiler: zig('x86_64-linux-musl') },
  { arch: 'arm64', libc: 'musl', compiler: zig('aarch64-linux-musl') },
];

/** The system that this machine is, which may be none of those. */
export const own = {
  arch: process.arch,
  libc: process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc',
};

/** The folder of a system's binary in `prebuilds/`. */
export function nameOf({ arch, libc }) {
  return `linux-${arch}-${libc}`;
}
