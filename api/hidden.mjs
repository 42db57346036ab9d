import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nest's own classes, behind the constants by which lib/nest/peers.ts has them. */
const NEST = ['BaseRpcContext', 'ClientProxy', 'ContextArgs', 'Server'];
/** What typedoc does not see: parameters of constructors and methods that only the library calls, and a base class. */
const INTERNAL = ['Begin', 'ChannelEnd', 'Chunk', 'DemandEmitter', 'QueueCore', ...NEST];

/**
 * The types that doors show, and of which users have no name because no door exports them, but for those that are not
 * exported on purpose.
 *
 * @param forgotten - names of types that one door shows and does not export itself
 * @param reports - the folder of the reports of all doors
 */
export function hiddenTypes(root, forgotten, reports) {
  const settings = JSON.parse(readFileSync(join(root, 'docs', 'typedoc.json'), 'utf8'));
  const doors = settings.entryPoints.map((path) => path.replace(/^.*\/|\.ts$/g, ''));
  const texts = doors.map((door) => readFileSync(join(reports, `${door}.api.md`), 'utf8'));
  const exported = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^export (?:[a-z]+ )+(\w+)/gm)].map(([, name]) => name),
    ),
  );
  const intended = new Set([...settings.intentionallyNotExported, ...INTERNAL]);
  return [...new Set(forgotten)]
    .filter((name) => !exported.has(name) && !intended.has(name))
    .toSorted((one, other) => one.localeCompare(other));
}
