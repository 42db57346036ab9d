/**
 * Spans for what is sent, received and handled. Its users install `@opentelemetry/api`.
 *
 * ```js
 * import { instrument } from 'posix-mqueue/opentelemetry';
 * ```
 *
 * @module posix-mqueue/opentelemetry
 */

// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { instrument, type InstrumentOptions } from './opentelemetry/instrument.js';
