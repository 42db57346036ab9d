const format = {
  'one-way': (time) => Math.round(1 / time).toLocaleString('en'),
  'round-trip': (time) => (time * 1e6).toFixed(1),
};

const units = { 'one-way': 'messages a second', 'round-trip': 'microseconds' };

const ratio = (value) => (value === undefined ? '' : value.toFixed(2));

/** A Markdown table of one comparison. */
export function table({ name, kind, rows, failures, pinned, rounds }) {
  const lines = [
    `### ${name[0].toUpperCase()}${name.slice(1)}${pinned ? ', pinned' : ''}`,
    '',
    `Median of ${rounds} rounds. Ratio: time a message, to that of C in the same round.`,
    '',
    `| contender | ${units[kind]} | spread | ratio to C, blocking | to C, draining |`,
    '| --- | ---: | ---: | ---: | ---: |',
  ];
  for (const row of rows) {
    if (row.median === undefined) {
      lines.push(`| ${row.name} | failed: ${failures[row.name]} | | | |`);
      continue;
    }
    const ends = row.spread.map(format[kind]);
    if (kind === 'one-way') ends.reverse();
    const failed = row.samples.filter((sample) => sample === null).length;
    const note = failed > 0 ? ` (failed in ${failed} of ${rounds}: ${failures[row.name]})` : '';
    const cells = [row.name + note, format[kind](row.median), ends.join(' to ')];
    lines.push(`| ${[...cells, ratio(row.ratio), ratio(row.ratioToDraining)].join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}
