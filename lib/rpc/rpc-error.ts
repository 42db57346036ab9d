import { brand } from '../base/brand.js';

/** What is known of an {@link RpcError} besides its code and its text. */
export interface RpcErrorDetails {
  /** Whatever JSON can carry; left out where it does not fit into the reply. */
  readonly data?: unknown;
  /** What was thrown underneath. Not told to the host. */
  readonly cause?: unknown;
}

/**
 * A request failed at the worker: `request()` rejects with it, and a handler may throw it. Code and data are the
 * handler's own; so is the text, which may quote the request.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** One word, such as `ENOENT`, `ERR_MQ_METHOD`, `ERR_MQ_HANDLER`, or one of the application's. */
  readonly code: string;
  /** What the handler told besides. */
  declare readonly data?: unknown;
  /** Which worker it was, where that tells. */
  declare readonly by?: string;

  constructor(code: string, message: string, details: RpcErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.data !== undefined) this.data = details.data;
  }

  static {
    brand(this);
  }
}
