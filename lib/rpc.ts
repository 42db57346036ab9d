/**
 * Calls by method name over the protocol MQ1, with timeouts, retries, several replies and errors that keep their code.
 *
 * ```js
 * import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
 * ```
 *
 * @module posix-mqueue/rpc
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { RpcError } from './rpc/rpc-error.js';
export type { RpcErrorDetails } from './rpc/rpc-error.js';
export { EnvelopeError } from './rpc/envelope/envelope-error.js';
export type { EnvelopeReason, FrameReason, MemberReason } from './rpc/envelope/envelope-error.js';
export { RpcHost } from './rpc/host.js';
export type { RpcHostStats } from './rpc/calls.js';
export type {
  NotifyOptions,
  ReplyQueueOptions,
  RequestAllOptions,
  RequestOptions,
  RpcHostEvents,
  RpcHostOptions,
} from './rpc/host-options.js';
export type {
  AnyBody,
  AnyMethods,
  MethodOf,
  ReplyValue,
  RequestBody,
  WithMethod,
} from './rpc/contract.js';
export { ReplyStream } from './rpc/reply-stream.js';
export type { Tasks } from './rpc/request-all.js';
export { RpcWorker } from './rpc/worker.js';
export type { SpillOptions } from './rpc/spill/options.js';
export type { RpcContext } from './rpc/context.js';
export type { RpcHandler, RpcHandlers } from './rpc/handlers.js';
export type {
  RpcFailure,
  RpcWorkerEvents,
  RpcWorkerOptions,
  RpcWorkerStats,
} from './rpc/worker-options.js';
export { PosixTransport } from './transport/posix.js';
export type { PosixTransportOptions } from './transport/posix-options.js';
export type { PeerOptions } from './service/options.js';
export type { HandlerResult, SeveralResults } from './service/results.js';
export type { Adopted, GaveUp, RedeliveryEvents, RedeliveryOptions } from './service/redelivery.js';
export type { CloseOptions, RunOptions } from './service/run-options.js';
export type {
  Operation,
  ProcessOperation,
  RequestOperation,
  TraceContext,
} from './base/channels.js';
export type { LatencyStats } from './base/latency.js';
export type { AcknowledgeEvents } from './service/acknowledge.js';
