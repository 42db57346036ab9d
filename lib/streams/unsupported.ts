import { notOnMessages } from '../base/errors.js';

/** Both would make chunks of what are not the messages that were received. */
export function refuseOnMessages(method: 'setEncoding' | 'unshift', remedy: string): never {
  throw notOnMessages(method, remedy);
}

export const encodingRemedy = 'use the option codec: text to read strings';
export const unshiftRemedy = 'a chunk that was read is delivered; send it to the queue again';
