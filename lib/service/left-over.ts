import type { LeftOver } from '../transport/transport.js';

/** For a queue that nobody reads from any more. */
export const drop: LeftOver = async () => undefined;
