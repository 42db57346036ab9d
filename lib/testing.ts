/**
 * For tests of programs that use queues: queues that end with the test, a transport in memory, and the contract of a
 * transport.
 *
 * ```js
 * import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
 * ```
 *
 * @module posix-mqueue/testing
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

import { registerHooks } from './testing/register.js';
import { removeLeftBehind } from './testing/left-behind.js';
import { recordOpenings } from './queue/left-open.js';

export {
  transportContract,
  type ContractCase,
  type ContractOptions,
} from './testing/contract/contract.js';
export { mochaHooks } from './testing/hooks.js';
export {
  removeTemporaryQueues,
  temporaryName,
  temporaryQueue,
  type TemporaryOptions,
} from './testing/temporary.js';
export { MemoryTransport, type MemoryTransportOptions } from './transport/memory.js';

registerHooks();
removeLeftBehind();
recordOpenings();
