import type { QueueActivity, QueueHolder } from '../../inspect.js';

/** A queue as `mqueue top` shows it. */
export interface Row extends QueueActivity {
  readonly openBy: readonly QueueHolder[];
}

/** By what the queues are sorted: with the key that says so. */
export const ORDERS = {
  n: 'name',
  m: 'messages',
  f: 'fill',
  i: 'in',
  o: 'out',
} as const;

export type Order = (typeof ORDERS)[keyof typeof ORDERS];

/** What is shown, and how. */
export interface State extends Picture {
  readonly order: Order;
  /** Shows queues with this in their name. */
  readonly filter: string;
  /** While the filter is typed. */
  readonly typing: boolean;
  /** How many queues are above the screen. */
  readonly above: number;
  readonly ended: boolean;
}

export const START: State = {
  rows: [],
  usage: '',
  order: 'name',
  filter: '',
  typing: false,
  above: 0,
  ended: false,
};

/** The queues at one moment. */
export interface Picture {
  readonly rows: readonly Row[];
  /** What they take of the user's limit, for people. */
  readonly usage: string;
}

/** What changes it: without either, the size of the screen. */
export type Change = Partial<Picture> | { readonly key: Key };

/** A key, as node:readline tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly sequence?: string | undefined;
}

const PAGE = 10;
const STEPS: Readonly<Record<string, number>> = { up: -1, down: 1, pageup: -PAGE, pagedown: PAGE };

/** What is to be shown after a change. */
export function next(state: State, change: Change): State {
  if (!('key' in change)) return { ...state, ...change };
  const { key } = change;
  if (key.ctrl === true && (key.name === 'c' || key.name === 'd')) return { ...state, ended: true };
  return state.typing ? typed(state, key) : pressed(state, key);
}

function typed(state: State, { name, ctrl, sequence = '' }: Key): State {
  if (name === 'return' || name === 'enter') return { ...state, typing: false };
  if (name === 'escape') return { ...state, typing: false, filter: '' };
  if (name === 'backspace') return { ...state, filter: state.filter.slice(0, -1) };
  const isText = ctrl !== true && sequence.length === 1 && sequence >= ' ';
  return isText ? { ...state, filter: state.filter + sequence, above: 0 } : state;
}

function pressed(state: State, { name = '', sequence }: Key): State {
  if (name === 'q') return { ...state, ended: true };
  if (sequence === '/') return { ...state, typing: true };
  if (name === 'escape') return { ...state, filter: '' };
  const order = (ORDERS as Readonly<Record<string, Order>>)[name];
  if (order !== undefined) return { ...state, order };
  const step = STEPS[name] ?? 0;
  const most = Math.max(0, shownRows(state).length - 1);
  return { ...state, above: Math.min(most, Math.max(0, state.above + step)) };
}

const KEYS: Readonly<Record<Order, (row: Row) => number>> = {
  name: () => 0,
  messages: ({ messages }) => messages,
  fill: ({ messages, maxMessages }) => messages / maxMessages,
  in: ({ incoming }) => incoming,
  out: ({ outgoing }) => outgoing,
};

/** Those that the filter lets through, the largest first; by name where they are alike. */
export function shownRows({ rows, order, filter }: State): Row[] {
  const key = KEYS[order];
  return rows
    .filter(({ name }) => name.includes(filter))
    .sort((a, b) => key(b) - key(a) || (a.name < b.name ? -1 : 1));
}
