import { unsharedSpillError } from '../../base/errors.js';
import type { Transport } from '../../transport/transport.js';
import { envelopeWire } from './envelope-wire.js';
import { propertyWire } from './property-wire.js';
import type { Wire } from './wire.js';

/**
 * The one for the messages of a transport.
 *
 * @param spill - whether large bodies are to go by shared memory
 * @throws MessageQueueError where that cannot be
 */
export function wireOf(transport: Transport, requests: string, spill: boolean | undefined): Wire {
  const wire = transport.capabilities.properties ? propertyWire : envelopeWire;
  const isShared = wire.spills && !transport.capabilities.remote;
  if (spill === true && !isShared) throw unsharedSpillError(requests);
  return wire.spills === isShared ? wire : { ...wire, spills: isShared };
}
