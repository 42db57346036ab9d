import type { Facts } from './binding.js';
import { native } from './native.js';

/** What the addon says that both sides have to agree upon: there is none before a queue is open. */
export function facts(): Facts {
  return native.facts;
}
