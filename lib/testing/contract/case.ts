import type { Setup } from './setup.js';

/** One thing that a transport has to do. */
export interface Case {
  readonly title: string;
  readonly run: (setup: Setup) => Promise<void>;
}
