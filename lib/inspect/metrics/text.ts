/** A figure that goes up and down, of everything that it is told of. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * In the text format of Prometheus 0.0.4, as https://prometheus.io/docs/instrumenting/exposition_formats/ describes it. Not by
 * prom-client: that would bring `@opentelemetry/api` to all who install this package.
 */
export function textOf(gauges: readonly Gauge[]): string {
  return gauges.map(lines).join('');
}

function lines({ name, help, samples }: Gauge): string {
  const shown = samples.map(
    ({ labels, value }) => `${name}${shownLabels(labels)} ${number(value)}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${shown.join('')}`;
}

function shownLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function number(value: number): string {
  return value === Infinity ? '+Inf' : String(value);
}
