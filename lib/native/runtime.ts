import { addonError } from '../base/errors.js';

/** What is looked at of `process`. */
export interface Runtime {
  readonly platform: string;
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

/**
 * @param problem - what follows the package's name
 * @internal
 */
export function refuse(problem: string, remedy: string): never {
  throw addonError(problem, remedy);
}

// Of those that Node is or was built for.
const NARROW = new Set(['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']);

const FOREIGN = [
  ['bun', 'Bun'],
  ['deno', 'Deno'],
] as const;

/**
 * Whether the addon can be loaded: where it cannot work it would end the process, without a word.
 *
 * @throws Error with the code `ERR_MQ_UNSUPPORTED`
 * @internal
 */
export function checkRuntime({ platform, arch, versions }: Runtime): void {
  if (platform !== 'linux') {
    refuse(
      `runs on Linux only, and this is ${platform}`,
      'Use a Linux machine, virtual machine or container.',
    );
  }
  for (const [version, name] of FOREIGN) {
    if (versions[version] === undefined) continue;
    refuse(
      `does not run on ${name}, whose libuv functions end the process`,
      'Run it with Node.js 20 or newer.',
    );
  }
  if (NARROW.has(arch)) {
    refuse(
      `needs a 64-bit process, and this is a 32-bit one (${arch})`,
      'Install the 64-bit Node.js, on a 64-bit system.',
    );
  }
  const { uv } = versions;
  if (uv === undefined || !uv.startsWith('1.')) {
    refuse(
      `needs libuv 1, and this runtime has ${uv === undefined ? 'none' : `libuv ${uv}`}`,
      'Use a version of Node.js that has it, or a newer version of posix-mqueue.',
    );
  }
}
