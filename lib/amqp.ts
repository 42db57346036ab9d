/**
 * The transport over RabbitMQ. Its users install `amqplib` and `amqp-connection-manager`.
 *
 * ```js
 * import { AmqpTransport } from 'posix-mqueue/amqp';
 * ```
 *
 * @module posix-mqueue/amqp
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { AmqpTransport } from './amqp/amqp-transport.js';
export type { AmqpTransportOptions } from './amqp/options.js';
