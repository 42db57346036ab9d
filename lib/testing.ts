import { registerHooks } from './testing/hooks.js';

export { mochaHooks } from './testing/hooks.js';
export { temporaryName, temporaryQueue, type TemporaryOptions } from './testing/temporary.js';
export { MemoryTransport } from './transport/memory.js';

registerHooks();
