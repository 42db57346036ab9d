// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { PosixTransport } from '../transport/posix.js';
export type {
  Capabilities,
  Delivery,
  NameListener,
  Properties,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SendProperties,
  Transport,
  TransportState,
} from '../transport/transport.js';
export type { AcknowledgeEvents } from './acknowledge.js';
export { Host } from './host.js';
export type { HostEvents, HostOptions, TaskOptions } from './host-options.js';
export type { ServiceOptions } from './options.js';
export type { HandlerResult, SeveralResults } from './results.js';
export { Worker } from './worker.js';
export type {
  CloseOptions,
  Failure,
  Handler,
  Reply,
  RequestContext,
  RunOptions,
  WorkerEvents,
  WorkerOptions,
  WorkerStats,
} from './worker-options.js';
