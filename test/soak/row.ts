import type { Resources } from './resources.js';

/** What one run found. */
export interface Row {
  readonly what: string;
  readonly before: Resources;
  readonly after: Resources;
  readonly problems: readonly string[];
  readonly details?: string;
}
