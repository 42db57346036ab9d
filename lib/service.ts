/**
 * Request queue and response queue: hosts, workers, pools of worker processes, bridges, and the transports below them.
 *
 * ```js
 * import { Host, Worker } from 'posix-mqueue/service';
 * ```
 *
 * @module posix-mqueue/service
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { PosixTransport } from './transport/posix.js';
export type { PosixTransportOptions } from './transport/posix-options.js';
export type {
  Capabilities,
  Delivery,
  MessageHeaders,
  LeftOver,
  NackOptions,
  NameListener,
  Properties,
  QueueOptions,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
  SendProperties,
  Transport,
  TransportState,
} from './transport/transport.js';
export type { Operation, ProcessOperation, TraceContext } from './base/channels.js';
export type { LatencyStats } from './base/latency.js';
export type { AcknowledgeEvents } from './service/acknowledge.js';
export { Host } from './service/host.js';
export type { HostEvents, HostOptions, HostStats, TaskOptions } from './service/host-options.js';
export type { PeerOptions, ServiceOptions } from './service/options.js';
export type { HandlerResult, SeveralResults } from './service/results.js';
export type { Adopted, GaveUp, RedeliveryEvents, RedeliveryOptions } from './service/redelivery.js';
export type { CloseOptions, RunOptions } from './service/run-options.js';
export type {
  PoolCloseOptions,
  PoolRunOptions,
  PoolStats,
  PoolStatsOptions,
  PoolWorkerStats,
  WorkerExit,
  WorkerOnline,
  WorkerPoolEvents,
  WorkerPoolOptions,
} from './service/pool/options.js';
export type { InHand } from './queue/leases/in-hand.js';
export type { Counts } from './service/pool-messages.js';
export { WorkerPool } from './service/pool/worker-pool.js';
export { ProgramError, type ProgramErrorDetails } from './base/program-errors.js';
export type { ProgramOptions } from './service/program/options.js';
export {
  programHandler,
  type ProgramContext,
  type ProgramHandler,
} from './service/program/program-handler.js';
export { bridge, Bridge } from './service/bridge/bridge.js';
export type {
  BridgeEnd,
  BridgeEvents,
  BridgeFailure,
  BridgeOptions,
  BridgeStats,
} from './service/bridge/options.js';
export { tee, Tee } from './service/bridge/tee.js';
export type { TeeEvents, TeeOptions, TeeStats } from './service/bridge/tee-options.js';
export type { DeadLetterHeader } from './rpc/envelope/dead-letter.js';
export { requeueDeadLetters } from './service/requeue/dead-letters.js';
export { requeueGivenUp } from './service/requeue/given-up.js';
export type { Requeued, RequeueOptions } from './service/requeue/options.js';
export { Worker } from './service/worker.js';
export type {
  Failure,
  Handler,
  Reply,
  RequestContext,
  WorkerEvents,
  WorkerOptions,
  WorkerStats,
} from './service/worker-options.js';
