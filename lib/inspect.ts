/**
 * What the system knows of queues: sizes, users, limits, metrics, and what was left behind.
 *
 * ```js
 * import { describeQueues } from 'posix-mqueue/inspect';
 * ```
 *
 * @module posix-mqueue/inspect
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { queueCharge } from './inspect/charge.js';
export { holdersOf, type QueueFile, type QueueHolder } from './inspect/holders.js';
export { QueueSampler, type QueueActivity, type SamplerOptions } from './inspect/sampler.js';
export { describeQueue, describeQueues, type QueueDescription } from './inspect/queues.js';
export { examineSystem, type SystemReport } from './inspect/system/system.js';
export type { SystemCheck } from './inspect/system/checks.js';
export type { SystemLimit } from './inspect/system/limits.js';
export {
  collectGarbage,
  type GarbageOptions,
  type GarbageReport,
} from './inspect/garbage/garbage.js';
export type { Garbage } from './inspect/garbage/kinds.js';
export { describeLeases, type LeaseDescription } from './queue/leases/survey.js';
export { prometheusMetrics, type MetricsOptions } from './inspect/metrics/metrics.js';
