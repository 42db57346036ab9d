/**
 * Queues as RxJS Observables: from a queue, into a queue, and with an acknowledgement for each message.
 *
 * ```js
 * import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
 * ```
 *
 * @module posix-mqueue/rxjs
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { consumeQueue, type ConsumeQueueOptions } from './rxjs/consume-queue.js';
export { fromQueue, type FromQueueOptions } from './rxjs/from-queue.js';
export type { ConsumeRedelivery } from './rxjs/redelivery.js';
export { toQueue, type ToQueueOptions } from './rxjs/to-queue.js';
export type { Until } from './rxjs/until.js';
