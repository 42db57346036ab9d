export { PosixTransport } from '../transport/posix.js';
export type {
  Capabilities,
  Delivery,
  Properties,
  QueueStatus,
  Receiver,
  Sender,
  SendProperties,
  Transport,
  TransportState,
} from '../transport/transport.js';
export { Host, type HostEvents, type HostOptions, type TaskOptions } from './host.js';
export type { ServiceOptions } from './options.js';
export type { HandlerResult } from './results.js';
export {
  Worker,
  type CloseOptions,
  type Failure,
  type Handler,
  type Reply,
  type RequestContext,
  type RunOptions,
  type WorkerEvents,
  type WorkerOptions,
  type WorkerStats,
} from './worker.js';
