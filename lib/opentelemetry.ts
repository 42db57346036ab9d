// For users whose tsconfig.json names no types, which is the default since TypeScript 6.
/// <reference types="node" preserve="true" />

export { instrument, type InstrumentOptions } from './opentelemetry/instrument.js';
