import { styleText } from 'node:util';

type Colour = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

/** In colour on a terminal, unless NO_COLOR is in the environment (https://no-color.org). */
export function paint(colour: Colour, text: string): string {
  const { NO_COLOR: none = '' } = process.env;
  return process.stdout.isTTY && none === '' ? styleText(colour, text) : text;
}
