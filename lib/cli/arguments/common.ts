import { InvalidArgumentError, Option } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** With its slash, which may be left out. */
export function queueName(value: string): string {
  return value.startsWith('/') ? value : `/${value}`;
}

/** One more of several names. */
export function queueNames(value: string, before: readonly string[] = []): string[] {
  return [...before, queueName(value)];
}

/** Milliseconds of `2`, `0.5s`, `100ms`, `5m` or `1h`; a bare number counts seconds, as for sleep(1). */
export function duration(value: string): number {
  const { number, unit = 's' } =
    /^(?<number>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)?$/.exec(value)?.groups ?? {};
  if (number === undefined) {
    throw new InvalidArgumentError('It is a number of seconds, or a number with ms, s, m or h.');
  }
  return Math.ceil(Number(number) * (UNITS[unit] ?? 1));
}

/** A parser of whole numbers from `min` to `max`. */
export function whole(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): (value: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It is a whole number, ${range}.`);
  };
}

/** Options that several commands have, each by the same words. */
export const options = {
  json: (): Option => new Option('--json', 'print JSON, for programs'),
  timeout: (what: string): Option =>
    new Option(
      '--timeout <duration>',
      `${what}, in seconds or with a unit: 500ms, 2s, 5m, 1h`,
    ).argParser(duration),
  priority: (): Option =>
    new Option('--priority <number>', 'priority of the messages, 0 to 32767')
      .argParser(whole(0, 32_767))
      .default(0),
  depth: (): Option =>
    new Option('--depth <number>', "how many messages it holds (default: the kernel's)").argParser(
      whole(1),
    ),
  size: (): Option =>
    new Option('--size <bytes>', "bytes of its largest message (default: the kernel's)").argParser(
      whole(1),
    ),
  yes: (): Option => new Option('-y, --yes', 'do not ask'),
  dryRun: (): Option => new Option('-n, --dry-run', 'only print what would be done'),
};
