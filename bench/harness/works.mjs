/** What is measured: `count` messages after `warmup` ones. A slow contender does a part of that. */
export const works = [
  { name: 'one way, 64 B, depth 10', kind: 'one-way', size: 64, depth: 10, count: 200_000 },
  { name: 'one way, 4 KiB, depth 10', kind: 'one-way', size: 4096, depth: 10, count: 100_000 },
  { name: 'one way, 64 B, depth 1', kind: 'one-way', size: 64, depth: 1, count: 40_000 },
  { name: 'one way, 4 KiB, depth 1', kind: 'one-way', size: 4096, depth: 1, count: 40_000 },
  { name: 'round trip, 64 B, depth 10', kind: 'round-trip', size: 64, depth: 10, count: 10_000 },
  { name: 'round trip, 4 KiB, depth 10', kind: 'round-trip', size: 4096, depth: 10, count: 10_000 },
  { name: 'round trip, 64 B, depth 1', kind: 'round-trip', size: 64, depth: 1, count: 10_000 },
];

// Until the engine has compiled what runs often.
const WARMUP = { 'one-way': 30_000, 'round-trip': 5000 };

export function scaled(work, part) {
  return {
    ...work,
    count: Math.max(100, Math.round(work.count * part)),
    warmup: Math.round(WARMUP[work.kind] * Math.min(1, part * 4)),
  };
}
