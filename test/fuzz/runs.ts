import type { Parameters } from 'fast-check';

/** How many cases: `usual`, or FUZZ_RUNS. FUZZ_SEED repeats a run. */
export function runs(usual: number): Parameters<unknown> {
  const seed = process.env['FUZZ_SEED'];
  const numRuns = Number(process.env['FUZZ_RUNS'] ?? usual);
  return seed === undefined ? { numRuns } : { numRuns, seed: Number(seed) };
}
