import type { ConnectionOptions } from 'node:tls';
import { invalidType, invalidValue } from '../base/errors.js';
import { integer, isBoolean, required, type Check, type Checks } from '../base/options.js';

/** How to reach the brokers, and what their queues are like. */
export interface AmqpTransportOptions {
  /**
   * The addresses of the brokers, such as `amqp://user:password@127.0.0.1:5672/vhost`, or `amqps:` for TLS. Several are tried one
   * after the other.
   */
  urls: string | readonly string[];
  /**
   * Passed on to `tls.connect`, for `amqps:`.
   *
   * @defaultValue Node's
   */
  tls?: ConnectionOptions | undefined;
  /**
   * Seconds between the signs of life. A broker that gives none for two of them is taken for lost.
   *
   * @defaultValue 10
   */
  heartbeat?: number | undefined;
  /**
   * Milliseconds before a broker is tried again, or the next one.
   *
   * @defaultValue 250
   */
  retryDelay?: number | undefined;
  /**
   * How many priorities a created queue tells apart: 1 to 255. 0 to 32767 are mapped to them in order. Each one costs the
   * broker memory.
   *
   * @defaultValue 10
   */
  priorityLevels?: number | undefined;
  /**
   * Whether created queues and their messages outlive a restart of the broker. A message takes longer so.
   *
   * @defaultValue true
   */
  durable?: boolean | undefined;
}

const isUrls: Check = (argument, value) => {
  const urls: unknown[] = Array.isArray(value) ? value : [value];
  if (urls.length === 0) throw invalidValue(argument, 'one address at least', value);
  for (const url of urls) {
    if (typeof url !== 'string')
      throw invalidType(argument, 'a string, or an array of strings', url);
    // Not the value itself: it may have a password.
    if (!/^amqps?:\/\/./u.test(url) || !URL.canParse(url)) {
      throw invalidValue(argument, 'addresses like amqp://user:password@host:5672', '(not shown)');
    }
  }
};

const isObject: Check = (argument, value) => {
  if (typeof value !== 'object' || value === null) throw invalidType(argument, 'an object', value);
};

/** @internal */
export const amqpChecks: Checks<AmqpTransportOptions> = {
  urls: isUrls,
  tls: isObject,
  heartbeat: integer(1, 3600),
  retryDelay: integer(1, 3_600_000),
  priorityLevels: integer(1, 255),
  durable: isBoolean,
  [required]: ['urls'],
};
