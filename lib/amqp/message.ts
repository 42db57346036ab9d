import { randomBytes } from 'node:crypto';
import type { ConsumeMessage, Options } from 'amqplib';
import { isPriority, MAX_PRIORITY } from '../base/options.js';
import { propertiesOf } from '../transport/properties.js';
import type { MessageHeaders, Properties } from '../transport/transport.js';
import { levelOf } from './priorities.js';

/** Headers of this transport's own: the priority, which the broker has as a level, and how many receivers had it. */
const PRIORITY = 'x-mq-priority';
const ATTEMPTS = 'x-mq-attempts';

const prefix = randomBytes(6).toString('hex');
let count = 0;

/** Tells doubled ones apart: what is sent again after a link was lost has the same. */
export function nextMessageId(): string {
  count += 1;
  return `${prefix}.${count}`;
}

/** How queues and messages of one transport are. */
export interface Manner {
  readonly priorityLevels: number;
  readonly durable: boolean;
}

/** What goes with a message that is published. */
export function publishOptions(
  { priority = 0, ...given }: Properties,
  { priorityLevels, durable }: Manner,
  attempts = 0,
): Options.Publish {
  const { expiration, headers, ...rest } = propertiesOf(given);
  return {
    ...rest,
    ...(expiration !== undefined && { expiration }),
    headers: {
      ...headers,
      ...(priority > 0 && { [PRIORITY]: priority }),
      ...(attempts > 0 && { [ATTEMPTS]: attempts }),
    },
    priority: levelOf(priority, priorityLevels),
    persistent: durable,
    messageId: nextMessageId(),
  } as Options.Publish;
}

/** What a message is made of that came. */
export interface Received {
  readonly body: Buffer;
  readonly priority: number;
  /** How many receivers had it before, as far as it was counted. */
  readonly attempts: number;
  readonly properties: Omit<Properties, 'priority'>;
}

export function received({ content, properties }: ConsumeMessage): Received {
  const { [PRIORITY]: exact, [ATTEMPTS]: attempts, ...others } = properties.headers ?? {};
  const { correlationId, replyTo, type, contentType, expiration } = properties as Properties;
  const headers = plainHeaders(others);
  return {
    body: content,
    priority: priorityOf(exact ?? properties.priority),
    attempts: Number.isSafeInteger(attempts) ? Number(attempts) : 0,
    properties: propertiesOf({
      correlationId,
      replyTo,
      type,
      contentType,
      expiration: expiration === undefined ? undefined : Number(expiration),
      headers,
    }),
  };
}

/** Other clients may have set whatever they like. */
function priorityOf(given: unknown): number {
  try {
    isPriority('priority', given);
    return given as number;
  } catch {
    return typeof given === 'number' && given > MAX_PRIORITY ? MAX_PRIORITY : 0;
  }
}

function plainHeaders(given: Record<string, unknown>): MessageHeaders | undefined {
  const entries = Object.entries(given).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as MessageHeaders);
}
