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
  const { correlationId, replyTo, type, contentType, expiration } = given;
  // One by one: to copy by spreading takes longer than all the rest.
  const headers: Record<string, string | number | boolean> = { ...given.headers };
  if (priority > 0) headers[PRIORITY] = priority;
  if (attempts > 0) headers[ATTEMPTS] = attempts;
  return {
    correlationId,
    replyTo,
    type,
    contentType,
    expiration,
    headers,
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
  const given: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const { [PRIORITY]: exact, [ATTEMPTS]: attempts } = given;
  const { correlationId, replyTo, type, contentType, expiration } = properties as Properties;
  const headers = plainHeaders(given);
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

/** Those of others than this transport. */
function plainHeaders(given: Readonly<Record<string, unknown>>): MessageHeaders | undefined {
  let headers: Record<string, string | number | boolean> | undefined;
  for (const [name, value] of Object.entries(given)) {
    if (name === PRIORITY || name === ATTEMPTS || !isPlain(value)) continue;
    headers ??= {};
    headers[name] = value;
  }
  return headers;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
