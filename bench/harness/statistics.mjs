export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function spread(values) {
  return [Math.min(...values), Math.max(...values)];
}

/** The median of the ratios within each round; undefined where no round has both. */
export function medianRatio(times, others) {
  const ratios = [];
  times.forEach((time, round) => {
    if (time !== null && others[round] !== null) ratios.push(time / others[round]);
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
