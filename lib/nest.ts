/**
 * A transport strategy and a client for microservices of NestJS 12. Its users install `@nestjs/microservices` and its peers.
 *
 * ```js
 * import { PosixMqueueClient, PosixMqueueServer } from 'posix-mqueue/nest';
 * ```
 *
 * @module posix-mqueue/nest
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { PosixMqueueClient } from './nest/client.js';
export type { PosixMqueueClientEvents } from './nest/client.js';
export { PosixMqueueContext } from './nest/context.js';
export type { PosixMqueueMetadata } from './nest/context.js';
export type {
  PacketOptions,
  PosixMqueueClientOptions,
  PosixMqueueServerOptions,
} from './nest/options.js';
export { PosixMqueueRecord, PosixMqueueRecordBuilder } from './nest/record.js';
export type { PosixMqueueRecordOptions } from './nest/record.js';
export { PosixMqueueServer } from './nest/server.js';
export type { PosixMqueueServerEvents } from './nest/server.js';
export { POSIX_MQUEUE } from './nest/status.js';
export type { PosixMqueueStatus } from './nest/status.js';
