/** Markdown. */
export function tableOf(rows) {
  const cells = [
    ['runner', 'version', 'Node.js', 'how', 'result'],
    ...rows.map(({ runner, version, how, problems }) => [
      runner,
      version,
      process.version.slice(1),
      how,
      problems.length === 0 ? 'right' : problems.join('; '),
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...rest] = cells.map(line);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, rule, ...rest].join('\n');
}
