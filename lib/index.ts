/**
 * Queues, messages, codecs and streams. It needs Linux once a queue is opened, and loads no other door.
 *
 * ```js
 * import { MessageQueue } from 'posix-mqueue';
 * ```
 *
 * @module posix-mqueue
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export type { Bytes } from './base/bytes.js';
export type { Operation, ReceiveOperation, SendOperation } from './base/channels.js';
export type {
  AnyCodec,
  AnyDecoding,
  AnyEncoding,
  Codec,
  Decoded,
  DecodingCodec,
  Encoded,
  EncodingCodec,
  OnInvalid,
  WithPriority,
} from './codec/codec.js';
export { cstring } from './codec/cstring.js';
export { json, type JsonCodec } from './codec/json.js';
export { raw } from './codec/raw.js';
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardProps,
  StandardResult,
  StandardSchema,
} from './codec/standard-schema.js';
export { text } from './codec/text.js';
export {
  AbortError,
  InvalidMessageError,
  MessageQueueError,
  type ErrorDetails,
} from './base/errors.js';
export { limits, type Limits } from './base/limits.js';
export { Message } from './base/message.js';
export type { ListOptions, QueueName } from './base/names.js';
export type { MessageQueueEvents } from './message-queue/events.js';
export { MessageQueue, type FirstOfQueues } from './message-queue/message-queue.js';
export { activeWaits, type ActiveWait } from './queue/active-waits.js';
export type { WaitOptions } from './queue/use/cancellation.js';
export type { MessageObserver, ObservableMessages, Unsubscribable } from './queue/use/observe.js';
export type { CreateOptions, OpenOptions, WaitingOptions } from './queue/open-options.js';
export type { PriorityOption, SendOptions } from './queue/use/send.js';
export type { QueueStat } from './native/stat.js';
export type { TrustedOwner } from './queue/trusted-owner.js';
export type { WaitForOptions } from './queue/use/wait-for.js';
export type { WaitingWay, WaitMode } from './queue/wait/modes.js';
export {
  createDuplex,
  createReadStream,
  createWriteStream,
  type ChannelQueues,
} from './message-queue/create-streams.js';
export type { QueueDuplex } from './streams/duplex.js';
export type {
  ChannelOptions,
  OverflowOptions,
  ReadStreamOptions,
  UntilOptions,
  WriteStreamOptions,
} from './streams/options.js';
export type {
  CodecOptions,
  DecodeOptions,
  EncodeOptions,
  ReadValue,
  WriteValue,
} from './codec/options.js';
export type { QueueReadable } from './streams/readable.js';
export type { QueueWritable } from './streams/writable.js';
