// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export type { Bytes } from './bytes.js';
export {
  cstring,
  json,
  raw,
  text,
  type AnyCodec,
  type AnyDecoding,
  type AnyEncoding,
  type Codec,
  type Decoded,
  type DecodingCodec,
  type Encoded,
  type EncodingCodec,
  type JsonCodec,
  type OnInvalid,
  type WithPriority,
} from './codec.js';
export { AbortError, InvalidMessageError, MessageQueueError, type ErrorDetails } from './errors.js';
export { limits, type Limits } from './limits.js';
export { Message } from './message.js';
export type { ListOptions, QueueName } from './names.js';
export { MessageQueue, type FirstOfQueues, type MessageQueueEvents } from './queue.js';
export { activeWaits, type ActiveWait } from './queue/active-waits.js';
export type { WaitOptions } from './queue/cancellation.js';
export type { MessageObserver, ObservableMessages, Unsubscribable } from './queue/observe.js';
export type { CreateOptions, OpenOptions, WaitingOptions } from './queue/open.js';
export type { PriorityOption, SendOptions } from './queue/send.js';
export type { QueueStat } from './queue/stat.js';
export type { TrustedOwner } from './queue/trusted-owner.js';
export type { WaitForOptions } from './queue/wait-for.js';
export type { WaitingWay, WaitMode } from './queue/waiter.js';
export {
  createDuplex,
  createReadStream,
  createWriteStream,
  type ChannelQueues,
} from './streams.js';
export type { QueueDuplex } from './streams/duplex.js';
export type {
  ChannelOptions,
  CodecOptions,
  DecodeOptions,
  EncodeOptions,
  OverflowOptions,
  ReadStreamOptions,
  ReadValue,
  UntilOptions,
  WriteStreamOptions,
  WriteValue,
} from './streams/options.js';
export type { QueueReadable } from './streams/readable.js';
export type { QueueWritable } from './streams/writable.js';
