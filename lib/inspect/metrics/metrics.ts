import { invalidType } from '../../base/errors.js';
import { checkName } from '../../base/names.js';
import { checkOptions, type Checks } from '../../base/options.js';
import { describeLeases, type LeaseDescription } from '../../queue/leases/survey.js';
import { describeQueue, describeQueues, type QueueDescription } from '../queues.js';
import { systemLimits, type SystemLimit } from '../system/limits.js';
import { textOf, type Gauge, type Sample } from './text.js';

/** What to tell. */
export interface MetricsOptions {
  /**
   * Which queues, by their names. Those that are not there are left out.
   *
   * @defaultValue all of this IPC namespace
   */
  names?: readonly string[] | undefined;
}

const checks: Checks<MetricsOptions> = {
  names: (argument, value) => {
    if (!Array.isArray(value)) throw invalidType(argument, 'a list of names of queues', value);
    for (const name of value as unknown[]) checkName(name);
  },
};

/**
 * How full the queues are, what they and the messages in hand take, and the limits, as text for Prometheus. Takes no message.
 *
 * @returns rejects as `MessageQueue.list` where no names are given, with TypeError for a bad option
 */
export async function prometheusMetrics(options?: MetricsOptions): Promise<string> {
  const { names } = checkOptions('prometheusMetrics()', options, checks);
  const queues =
    names === undefined ? await describeQueues() : await Promise.all(names.map(describeQueue));
  const found = queues.filter((queue) => queue !== undefined);
  const leases = describeLeases().filter(({ queue }) => names?.includes(queue) ?? true);
  const limits = systemLimits(names === undefined ? found : undefined);
  return textOf([...ofQueues(found), ...ofLeases(leases), ...ofLimits(limits)]);
}

function ofQueues(queues: readonly QueueDescription[]): Gauge[] {
  const gauge = (
    name: string,
    help: string,
    valueOf: (queue: QueueDescription) => number | undefined,
  ): Gauge => {
    const samples = queues.flatMap((queue): Sample[] => {
      const value = valueOf(queue);
      // What this user may not open it knows nothing of.
      return value === undefined ? [] : [{ labels: { queue: queue.name }, value }];
    });
    return { name: `posix_mqueue_queue_${name}`, help, samples };
  };
  return [
    gauge('messages', 'Messages that wait in the queue.', ({ messages }) => messages),
    gauge('capacity_messages', 'Messages that the queue holds.', ({ maxMessages }) => maxMessages),
    gauge(
      'message_max_bytes',
      'Size of its largest message.',
      ({ maxMessageSize }) => maxMessageSize,
    ),
    gauge('charge_bytes', "What it takes of its owner's RLIMIT_MSGQUEUE.", ({ bytes }) => bytes),
  ];
}

function ofLeases(leases: readonly LeaseDescription[]): Gauge[] {
  const gauge = (
    name: string,
    help: string,
    valueOf: (lease: LeaseDescription) => number,
  ): Gauge => {
    const sums = new Map<string, number>();
    for (const lease of leases)
      sums.set(lease.queue, (sums.get(lease.queue) ?? 0) + valueOf(lease));
    const samples = [...sums].map(([queue, value]) => ({ labels: { queue }, value }));
    return { name: `posix_mqueue_lease_${name}`, help, samples };
  };
  return [
    gauge('held_messages', 'Messages in hand of receivers with redelivery.', ({ lives, held }) =>
      lives ? held : 0,
    ),
    gauge(
      'orphaned_messages',
      'Messages of receivers that died, which come again.',
      ({ lives, held }) => (lives ? 0 : held),
    ),
    gauge(
      'given_up_messages',
      'Messages that were given up, and that went to no queue for dead letters.',
      ({ givenUp }) => givenUp,
    ),
  ];
}

const LIMITS: Readonly<Record<string, string>> = {
  'fs.mqueue.msg_max': 'queue_messages',
  'fs.mqueue.msgsize_max': 'message_bytes',
  'fs.mqueue.queues_max': 'queues',
  RLIMIT_MSGQUEUE: 'user_bytes',
  '/dev/shm': 'shared_memory_bytes',
};

function ofLimits(limits: readonly SystemLimit[]): Gauge[] {
  return limits.flatMap(({ name, what, value, used }): Gauge[] => {
    const short = LIMITS[name];
    if (short === undefined) return [];
    const gauge = (kind: string, help: string, value: number): Gauge => {
      return { name: `posix_mqueue_${kind}_${short}`, help, samples: [{ labels: {}, value }] };
    };
    const now = used === undefined ? [] : [gauge('used', `In use of ${name}: ${what}.`, used)];
    return [gauge('limit', `Limit ${name}: ${what}.`, value), ...now];
  });
}
