import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { folderOfUser } from '../../base/private-folder.js';
import { leaseFiles, removeEmpty, unfinishedFiles } from '../../queue/leases/survey.js';
import { orphansOf, removeOrphans } from '../../rpc/spill/alive.js';
import { SpillFolder } from '../../rpc/spill/folder.js';
import type { Garbage } from './kinds.js';

/** Lease files that nobody has and that nothing is in. */
export function emptyLeases(dryRun: boolean): Garbage[] {
  const unfinished = unfinishedFiles().map((path) => ({ path, key: '', ipcNamespace: 0 }));
  const empty = leaseFiles().filter(
    ({ lives, held, givenUp }) => !lives && held === 0 && givenUp === 0,
  );
  return [...unfinished, ...empty].flatMap((file) => {
    const { path } = file;
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (!dryRun) {
      removeEmpty(path, file);
      // Somebody took it over in between.
      if (existsSync(path)) return [];
    }
    return [{ kind: 'lease' as const, name: path, bytes, messages: 0 }];
  });
}

/** Large bodies of hosts of rpc that are dead, and what said that these lived. */
export function orphanedBodies(dryRun: boolean): Garbage[] {
  const path = folderOfUser();
  // To look there is no reason to make one.
  if (!existsSync(path)) return [];
  const folder = new SpillFolder('');
  const found = orphansOf(folder).map((name) => {
    const bytes = folder.sizeOf(name) ?? 0;
    return { kind: 'body' as const, name: join(path, `body-${name}`), bytes, messages: 0 };
  });
  if (!dryRun) removeOrphans(folder);
  return found;
}
