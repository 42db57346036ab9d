import { createRequire } from 'node:module';
import { missingPackageError } from '../base/errors.js';

// A bundler to CommonJS leaves no URL.
const here = (import.meta.url as string | undefined) ?? `${process.cwd()}/`;

/** Not by an import, whose failure would say nothing of how to install it. */
function load(): typeof import('amqp-connection-manager') {
  try {
    return createRequire(here)(
      'amqp-connection-manager',
    ) as typeof import('amqp-connection-manager');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error;
    throw missingPackageError(
      'posix-mqueue/amqp',
      ['amqplib', 'amqp-connection-manager'],
      error as Error,
    );
  }
}

export const connect: typeof import('amqp-connection-manager').connect = load().connect;
