import { BASELINE, DRAINING, takesPart } from '../contenders/index.mjs';
import { median, medianRatio, spread } from './statistics.mjs';
import { measurePair } from './pair.mjs';
import { scaled } from './works.mjs';

const MOST_FAILURES = 2;

/** Every contender once in each round: the pace of a machine changes, but hardly within a round. */
export async function compare(work, contenders, { rounds, pin, part, progress }) {
  const taking = contenders.filter((each) => takesPart(each, work));
  const times = new Map(taking.map(({ name }) => [name, []]));
  const failures = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of taking) {
      const { name } = contender;
      // Each failure may take the whole limit.
      if (times.get(name).filter((time) => time === null).length === MOST_FAILURES) {
        times.get(name).push(null);
        continue;
      }
      progress(`${work.name}: round ${round + 1} of ${rounds}: ${name}`);
      try {
        const sample = scaled(work, contender.part * part);
        times.get(name).push(await measurePair(contender.commands, sample, { pin }));
      } catch (error) {
        times.get(name).push(null);
        failures.set(name, error.message);
      }
    }
  }
  const rows = taking.map(({ name, kind }) => summarize(name, kind, times));
  return { ...work, pinned: pin, rounds, rows, failures: Object.fromEntries(failures) };
}

function summarize(name, kind, times) {
  const samples = times.get(name);
  const valid = samples.filter((sample) => sample !== null);
  if (valid.length === 0) return { name, kind, samples };
  const ratioTo = (other) => {
    const others = times.get(other);
    return others === undefined ? undefined : medianRatio(samples, others);
  };
  return {
    name,
    kind,
    samples,
    median: median(valid),
    spread: spread(valid),
    ratio: ratioTo(BASELINE),
    ratioToDraining: ratioTo(DRAINING),
  };
}
