import Table from 'cli-table3';

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

type Cell = string | number;

/**
 * Columns without lines, as ls(1) and ps(1) have them: numbers to the right.
 *
 * @param widths - of each column, where that is given: what is longer is cut
 */
export function columns(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  widths?: readonly number[],
): string {
  const isNumber = head.map(
    (_, column) =>
      rows.some((row) => typeof row[column] === 'number') &&
      rows.every((row) => typeof row[column] === 'number' || row[column] === '-'),
  );
  const table = new Table({
    head: [...head],
    ...(widths !== undefined && { colWidths: [...widths] }),
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: isNumber.map((right) => (right ? 'right' : 'left')),
  });
  for (const row of rows) table.push(row.map(String));
  return table.toString().replace(/ +$/gm, '');
}
