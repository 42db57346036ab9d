/** How a queue waits. */
export type WaitMode = 'auto' | 'worker' | 'loop';

/** In which way a wait is being done. */
export type WaitingWay = 'worker' | 'loop' | 'spin';
