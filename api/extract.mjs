import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
} from '@microsoft/api-extractor';

const NONE = { logLevel: ExtractorLogLevel.None };
const TOLD = { logLevel: ExtractorLogLevel.Warning };

/** The names of the entries of package.json that are modules. */
export function doorsOf(root) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports)
    .filter((path) => path.endsWith('.js'))
    .map((path) => basename(path, '.js'));
}

/** Users may have more checks than we, and fewer: what matters is what the declarations say. */
function compiler(files) {
  const lib = ['es2022', 'esnext.disposable'];
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib,
    types: ['node'],
    strict: true,
  };
  return {
    overrideTsconfig: { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files },
  };
}

function configOf(root, door, files, folder) {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, 'dist', `${door}.d.ts`),
      newlineKind: 'lf',
      compiler: compiler(files),
      apiReport: {
        enabled: true,
        reportFileName: `${door}.api.md`,
        reportFolder: folder,
        reportTempFolder: folder,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: NONE, 'ae-forgotten-export': TOLD },
        // The documentation's build looks at docstrings.
        tsdocMessageReporting: { default: NONE },
      },
    },
  });
}

/**
 * Writes the report of each door into a folder.
 *
 * @returns the names of types that a door shows and does not export itself: mostly another one does
 */
export function extract(root, doors, folder) {
  const files = doors.map((door) => join(root, 'dist', `${door}.d.ts`));
  const configs = doors.map((door) => configOf(root, door, files, folder));
  const compilerState = CompilerState.create(configs[0], { additionalEntryPoints: files });
  const forgotten = [];
  for (const config of configs) {
    Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback(message) {
        message.handled = true;
        const [, name] = /^The symbol "(\w+)"/.exec(message.text) ?? [];
        if (message.messageId === 'ae-forgotten-export') forgotten.push(name);
        else if (message.logLevel === ExtractorLogLevel.Error) throw new Error(message.text);
      },
    });
  }
  return forgotten;
}
