/** Rows of `{ what, how, seen }` as a table in Markdown. */
export function toMarkdown(rows) {
  const cells = [
    ['where', 'how', 'what was seen'],
    ...rows.map(({ what, how, seen }) =>
      [what, how, seen].map((text) => text.replaceAll('|', '\\|')),
    ),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map((row) => row.map((text, column) => text.padEnd(widths[column])));
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
