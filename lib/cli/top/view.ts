import { stripVTControlCharacters } from 'node:util';
import { openers } from '../terminal/openers.js';
import { paint } from '../terminal/paint.js';
import { printable } from '../base/printable.js';
import { columns } from '../terminal/table.js';
import { ORDERS, shownRows, type Row, type State } from './state.js';

/** Characters. */
const BAR = 10;
/** From this fill on. */
const BUSY = 0.7;
const GAP = 2;
const NARROWEST = 16;

const HEAD = ['NAME', 'FILL', 'MESSAGES', 'IN/s', 'OUT/s', 'OPEN BY (*waits)'];
const [NAME, FILL, IN, OUT, OPEN_BY] = [0, 1, 3, 4, 5];
/** What a narrow terminal does without, the first one first. */
const DISPENSABLE = [FILL, OPEN_BY, OUT, IN];

/** The whole screen, of so many columns and lines. */
export function view(state: State, width: number, height: number): string {
  const rows = shownRows(state);
  const lines = [
    cut(`mqueue top: ${rows.length} of ${state.rows.length} queues; ${state.usage}`, width),
  ];
  lines.push(cut(help(state), width));
  // The lines above, and the head of the table.
  const room = Math.max(1, height - lines.length - 1);
  lines.push(table(rows.slice(state.above, state.above + room), width));
  return lines.join('\n');
}

/** As `view`, for who prints it and reads no keys. */
export function table(rows: readonly Row[], width: number): string {
  const filled = rows.map(cells);
  const widest = HEAD.map((head, column) =>
    Math.max(
      head.length,
      ...filled.map((row) => stripVTControlCharacters(String(row[column])).length),
    ),
  );
  const shown = shownColumns(widest, width);
  const widths = shown.map((column) => widest[column] ?? 0);
  const left = width - total(widths.map((each, index) => (isElastic(shown[index]) ? 0 : each)));
  // A name is cut where otherwise nobody would be seen who has it open.
  const others = shown.includes(OPEN_BY) ? NARROWEST : 0;
  const names = Math.max(NARROWEST, Math.min(widths[NAME] ?? 0, left - others));
  const fitted = shown.map((column, index) => {
    if (column === NAME) return names;
    return column === OPEN_BY ? left - names : (widths[index] ?? 0);
  });
  const pick = (row: readonly (string | number)[]): (string | number)[] =>
    shown.map((column) => row[column] ?? '');
  return columns(
    shown.map((column) => HEAD[column] ?? ''),
    filled.map(pick),
    fitted,
  );
}

/** Those that there is room for: a line that is too long would be two. */
function shownColumns(widest: readonly number[], width: number): number[] {
  const least = widest.map((each, column) => (isElastic(column) ? NARROWEST : each));
  let shown = [...HEAD.keys()];
  for (const column of DISPENSABLE) {
    if (total(shown.map((each) => least[each] ?? 0)) <= width) break;
    shown = shown.filter((each) => each !== column);
  }
  return shown;
}

/** With the gaps between them. */
function total(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
}

function isElastic(column: number | undefined): boolean {
  return column === NAME || column === OPEN_BY;
}

function cells(row: Row): (string | number)[] {
  const { name, messages, maxMessages, incoming, outgoing, openBy } = row;
  return [
    printable(name),
    bar(messages / maxMessages),
    `${messages}/${maxMessages}`,
    rate(incoming),
    rate(outgoing),
    openers(openBy),
  ];
}

function bar(part: number): string {
  // Something in it is to be seen, and so is room.
  const full = part >= 1 ? BAR : Math.min(BAR - 1, Math.ceil(part * BAR));
  const text = `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}]`;
  return paint(part >= 1 ? 'red' : part > BUSY ? 'yellow' : 'green', text);
}

function rate(value: number): string {
  if (value === 0) return '0';
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

function help({ typing, filter, order }: State): string {
  if (typing) return `filter: ${filter}_  (Enter keeps it, Esc drops it)`;
  const keys = Object.entries(ORDERS).map(([key, name]) =>
    name === order ? `${key}:[${name}]` : `${key}:${name}`,
  );
  return `${keys.join(' ')}  /:filter${filter === '' ? '' : ` '${filter}'`}  arrows  q:quit`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
