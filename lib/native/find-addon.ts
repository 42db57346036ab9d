import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { unpackAddon, type FoundAddon } from './addon-asset.js';
import { libraryFamily } from './c-library.js';
import { refuse } from './runtime.js';

const FILE = 'posix_mqueue.node';

export const BUILD: string =
  'Build it with: npm explore posix-mqueue -- npm run build:native (needs g++, make and python3; ' +
  'on Alpine: apk add g++ make python3 linux-headers).';

// A bundler to CommonJS leaves no URL, but then there is a file name.
const here: string | undefined =
  (import.meta.url as string | undefined) ??
  (typeof __filename === 'string' ? pathToFileURL(__filename).href : undefined);

/**
 * Looks for the addon in the package; for code in a bundle, beside that, in the executable, and in the package that is installed.
 *
 * @throws Error with the code `ERR_MQ_UNSUPPORTED`, which says what to do
 */
export function findAddon(): FoundAddon {
  if (here === undefined) return inExecutable() ?? refuseBundle(here);
  if (here.endsWith('/dist/native/find-addon.js')) {
    const root = fileURLToPath(new URL('../..', here));
    return inPackage(root, here) ?? refuse(`has no native addon for ${system(here)}`, BUILD);
  }
  const folder = dirname(fileURLToPath(here));
  return besides(folder, here) ?? inExecutable() ?? installed(here) ?? refuseBundle(here);
}

/** A build of one's own goes before what was shipped. */
function inPackage(root: string, url: string): FoundAddon | undefined {
  return (
    there(join(root, 'build', 'Release', FILE)) ?? there(join(root, 'prebuilds', system(url), FILE))
  );
}

function there(file: string): FoundAddon | undefined {
  return existsSync(file) ? { file } : undefined;
}

/** The file alone, or the folder of all systems, was copied to the bundle. */
function besides(folder: string, url: string): FoundAddon | undefined {
  return there(join(folder, FILE)) ?? there(join(folder, 'prebuilds', system(url), FILE));
}

function inExecutable(): FoundAddon | undefined {
  return unpackAddon(FILE);
}

function installed(url: string): FoundAddon | undefined {
  try {
    return inPackage(dirname(createRequire(url).resolve('posix-mqueue/package.json')), url);
  } catch {
    return undefined;
  }
}

function system(url: string): string {
  return `${process.platform}-${process.arch}-${libraryFamily(url)}`;
}

function refuseBundle(url: string | undefined): never {
  const folder = url === undefined ? '' : ` in ${dirname(fileURLToPath(url))}`;
  const family = url === undefined ? '*' : system(url);
  refuse(
    `was bundled into another file, and ${FILE} is not beside that one${folder}`,
    `Copy node_modules/posix-mqueue/prebuilds/${family}/${FILE} there, or mark 'posix-mqueue' as external in your bundler ` +
      '(esbuild: --external:posix-mqueue), and install it where the program runs.',
  );
}
