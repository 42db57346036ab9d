/** What `status` of a server or a client tells: whether its queue is open, and has its name. */
export type PosixMqueueStatus = 'connected' | 'disconnected';

/**
 * The transport of a PosixMqueueServer: `@MessagePattern('sum', POSIX_MQUEUE)` is for that alone, in an application that has several.
 */
export const POSIX_MQUEUE: unique symbol = Symbol.for('posix-mqueue.nest') as never;
