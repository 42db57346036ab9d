import type { AnyCodec, AnyDecoding, AnyEncoding } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import { isNameOrQueue, openOptionsOf, refuseOpenOptions } from './name-or-queue.js';
import { checkOptions, required, type Checks } from '../base/options.js';
import { coreOf, type MessageQueue } from './message-queue.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';
import { openQueue } from '../queue/open.js';
import { QueueDuplex, type ChannelEnd } from '../streams/duplex.js';
import {
  channelChecks,
  readStreamChecks,
  writeStreamChecks,
  type ChannelOptions,
  type ReadStreamOptions,
  type WriteStreamOptions,
} from '../streams/options.js';
import { type ReadValue, type WriteValue } from '../codec/options.js';
import { QueueReadable } from '../streams/readable.js';
import { QueueWritable } from '../streams/writable.js';

const READER = 'createReadStream()';
const WRITER = 'createWriteStream()';
const CHANNEL = 'createDuplex()';

/**
 * Opens a queue for reading, as a stream that owns it: destroying the stream closes the queue.
 *
 * @param name - as for `MessageQueue.open`
 * @throws as `MessageQueue.open`
 */
export function createReadStream<C extends AnyDecoding = typeof raw, P extends boolean = false>(
  name: string,
  options?: ReadStreamOptions<C, P> & CreateOptions,
): QueueReadable<ReadValue<C, P>> {
  const checked = checkOptions(READER, options, {
    ...readStreamChecks,
    ...createChecks,
  } as Checks<ReadStreamOptions<C, P> & CreateOptions>);
  const core = openQueue(READER, name, { ...openOptionsOf(checked), access: 'read' });
  return new QueueReadable(core, checked, true);
}

/**
 * Opens a queue for writing, as a stream that owns it: when the stream has finished or is
 * destroyed, the queue is closed.
 *
 * @param name - as for `MessageQueue.open`
 * @throws as `MessageQueue.open`
 */
export function createWriteStream<C extends AnyEncoding = typeof raw, P extends boolean = false>(
  name: string,
  options?: WriteStreamOptions<C, P> & CreateOptions,
): QueueWritable<WriteValue<C, P>> {
  const checked = checkOptions(WRITER, options, {
    ...writeStreamChecks,
    ...createChecks,
  } as Checks<WriteStreamOptions<C, P> & CreateOptions>);
  const core = openQueue(WRITER, name, { ...openOptionsOf(checked), access: 'write' });
  return new QueueWritable(core, checked, true);
}

/** The two queues of a channel: a name (the channel opens and owns that queue), or an open queue. */
export interface ChannelQueues {
  /** Where it reads. */
  readable: string | MessageQueue;
  /** Where it writes. */
  writable: string | MessageQueue;
}

/**
 * One stream that reads one queue and writes another. A worker is
 * `pipeline(channel, transform, channel)`.
 *
 * The options for opening hold for both queues, and are refused together with an open queue.
 *
 * @throws as `MessageQueue.open`
 */
export function createDuplex<C extends AnyCodec = typeof raw, P extends boolean = false>(
  options: ChannelQueues & ChannelOptions<C, P> & CreateOptions,
): QueueDuplex<WriteValue<C, P>, ReadValue<C, P>> {
  const checked = checkOptions(CHANNEL, options, {
    ...channelChecks,
    ...createChecks,
    readable: isNameOrQueue,
    writable: isNameOrQueue,
    [required]: ['readable', 'writable'],
  } as Checks<ChannelQueues & ChannelOptions<C, P> & CreateOptions>);
  const opening = openOptionsOf(checked);
  const readable = endOf(checked.readable, 'read', opening);
  let writable;
  try {
    writable = endOf(checked.writable, 'write', opening);
  } catch (error) {
    if (readable.owns) void readable.core.close(() => undefined);
    throw error;
  }
  return new QueueDuplex(readable, writable, checked);
}

function endOf(
  queue: string | MessageQueue,
  access: 'read' | 'write',
  opening: CreateOptions,
): ChannelEnd {
  if (typeof queue === 'string') {
    return { core: openQueue(CHANNEL, queue, { ...opening, access }), owns: true };
  }
  refuseOpenOptions(CHANNEL, opening);
  return { core: coreOf(queue), owns: false };
}
