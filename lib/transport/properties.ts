import type { Properties } from './transport.js';

/** What goes with a message besides its priority. */
export type PropertyName = Exclude<keyof Properties, 'priority'>;

/** All of them. */
export const PROPERTIES: readonly PropertyName[] = [
  'correlationId',
  'replyTo',
  'type',
  'contentType',
  'expiration',
  'headers',
];

/** Those that are given, of a message or of what it is sent with. */
export function propertiesOf(given: Properties): Omit<Properties, 'priority'> {
  const properties: Partial<Record<PropertyName, unknown>> = {};
  for (const name of PROPERTIES) {
    if (given[name] !== undefined) properties[name] = given[name];
  }
  return properties as Properties;
}
