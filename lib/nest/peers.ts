import { createRequire } from 'node:module';
import { missingPackageError } from '../base/errors.js';

type Microservices = typeof import('@nestjs/microservices');

// A bundler to CommonJS leaves no URL.
const here = (import.meta.url as string | undefined) ?? `${process.cwd()}/`;
const PACKAGES = ['@nestjs/microservices', '@nestjs/common', '@nestjs/core', 'reflect-metadata'];
const MISSING = new Set<unknown>(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);

/** Not by an import, whose failure would say nothing of how to install it. */
function load(): Microservices {
  try {
    return createRequire(here)('@nestjs/microservices') as Microservices;
  } catch (error) {
    if (!MISSING.has((error as { code?: unknown }).code)) throw error;
    throw missingPackageError('posix-mqueue/nest', PACKAGES, error as Error);
  }
}

const nest = load();

export const BaseRpcContext: Microservices['BaseRpcContext'] = nest.BaseRpcContext;
export const ClientProxy: Microservices['ClientProxy'] = nest.ClientProxy;
export const Server: Microservices['Server'] = nest.Server;
