// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { PosixTransport } from './transport/posix.js';
export type { PosixTransportOptions } from './transport/posix-options.js';
export type {
  Capabilities,
  Delivery,
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
export type { AcknowledgeEvents } from './service/acknowledge.js';
export { Host } from './service/host.js';
export type { HostEvents, HostOptions, TaskOptions } from './service/host-options.js';
export type { ServiceOptions } from './service/options.js';
export type { HandlerResult, SeveralResults } from './service/results.js';
export { Worker } from './service/worker.js';
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
} from './service/worker-options.js';
