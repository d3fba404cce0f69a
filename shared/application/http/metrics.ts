/** Label values of one series, in the order in which its metric names them. */
export type Labels = readonly string[];

/** Counts up. */
export type Counter = { readonly add: (labels?: Labels, count?: number) => void };

/** Counts observations per upper bound. */
export type Histogram = { readonly observe: (value: number, labels?: Labels) => void };

/** What a metric is. The name carries its unit, as Prometheus asks. */
export type MetricDescription = { readonly name: string; readonly help: string; readonly labels?: readonly string[] };

/** The metrics of one process, and their text. */
export type Metrics = {
  readonly counter: (description: MetricDescription) => Counter;
  readonly histogram: (description: MetricDescription, bounds: readonly number[]) => Histogram;
  /** A value that is asked for when the text is made. */
  readonly gauge: (description: MetricDescription, read: () => number) => void;
  /** Everything in the Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
  readonly text: () => string;
};

/** A label with free values would grow without end; series beyond this many per metric are counted under `other`. */
const MAXIMUM_SERIES = 2000;

/** Makes an empty registry. A name can be given once. */
export function createMetrics(): Metrics {
  const writers = new Map<string, () => readonly string[]>();
  const register = (description: MetricDescription, type: string, write: () => readonly string[]) => {
    if (writers.has(description.name)) throw new Error(`the metric ${description.name} exists already`);
    writers.set(description.name, () => [`# HELP ${description.name} ${description.help}`, `# TYPE ${description.name} ${type}`, ...write()]);
  };
  return {
    counter(description) {
      const series = createSeries(description, () => ({ count: 0 }));
      register(description, 'counter', () => series.all().map(([labels, value]) => `${description.name}${braces(labels)} ${value.count}`));
      if (!description.labels) series.of([]);
      return { add: (labels = [], count = 1) => { series.of(labels).count += count; } };
    },
    histogram(description, bounds) {
      const series = createSeries(description, () => ({ counts: bounds.map(() => 0), sum: 0, count: 0 }));
      register(description, 'histogram', () => series.all().flatMap(([labels, value]) => histogramLines(description.name, labels, { ...value, bounds })));
      return {
        observe(value, labels = []) {
          const one = series.of(labels);
          const index = bounds.findIndex((bound) => value <= bound);
          if (index >= 0) one.counts[index] = (one.counts[index] ?? 0) + 1;
          one.sum += value;
          one.count += 1;
        },
      };
    },
    gauge(description, read) {
      register(description, 'gauge', () => [`${description.name} ${read()}`]);
    },
    text: () => `${[...writers.values()].flatMap((write) => write()).join('\n')}\n`,
  };
}

function createSeries<Value>(description: MetricDescription, empty: () => Value) {
  const series = new Map<string, Value>();
  const names = description.labels ?? [];
  const of = (labels: Labels): Value => {
    const key = names.map((name, index) => `${name}="${escape(labels[index] ?? '')}"`).join(',');
    const full = series.size >= MAXIMUM_SERIES && !series.has(key);
    const kept = full ? names.map((name) => `${name}="other"`).join(',') : key;
    const value = series.get(kept) ?? empty();
    series.set(kept, value);
    return value;
  };
  return { of, all: () => [...series] };
}

type HistogramValue = { readonly bounds: readonly number[]; readonly counts: readonly number[]; readonly sum: number; readonly count: number };

function histogramLines(name: string, labels: string, value: HistogramValue): readonly string[] {
  const within = (bound: string) => braces(labels === '' ? `le="${bound}"` : `${labels},le="${bound}"`);
  let running = 0;
  const buckets = value.bounds.map((bound, index) => {
    running += value.counts[index] ?? 0;
    return `${name}_bucket${within(`${bound}`)} ${running}`;
  });
  return [...buckets, `${name}_bucket${within('+Inf')} ${value.count}`, `${name}_sum${braces(labels)} ${value.sum}`, `${name}_count${braces(labels)} ${value.count}`];
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
