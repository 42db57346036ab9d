// All errors of lib/ are made in these files; scripts/check-imports.mjs holds the others to it.
export * from './error-classes.js';
export * from './amqp-errors.js';
export * from './argument-errors.js';
export * from './bridge-errors.js';
export * from './lease-errors.js';
export * from './nest-errors.js';
export * from './queue-errors.js';
export * from './package-errors.js';
export * from './pool-errors.js';
export * from './program-errors.js';
export * from './requeue-errors.js';
export * from './spill-errors.js';
