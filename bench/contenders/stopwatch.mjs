/** What a benchmark program is told: its role and how much to do. */
export const role = process.argv[2];
export const config = JSON.parse(process.argv[3] ?? '{}');
export const total = (config.warmup ?? 0) + (config.count ?? 0);

/**
 * Call the result for each message received. After the warm-up it takes the time of `count` of them,
 * prints that, and calls `done`.
 */
export function stopwatch(done) {
  const { warmup, count } = config;
  let received = 0;
  let start = 0;
  let cpu;
  const tick = () => {
    received += 1;
    if (received === warmup) {
      start = performance.now();
      cpu = process.cpuUsage();
    }
    if (received < warmup + count) return;
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(`${JSON.stringify({ seconds, cpu: (user + system) / 1e6 })}\n`);
    done?.();
  };
  return tick;
}
