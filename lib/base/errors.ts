// All errors of lib/ are made in these three files; scripts/check-imports.mjs holds the others to it.
export * from './error-classes.js';
export * from './argument-errors.js';
export * from './queue-errors.js';
