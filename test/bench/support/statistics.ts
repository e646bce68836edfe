/** What many measurements of the same thing come to. */

export interface Summary {
  readonly count: number;
  readonly p50: number;
  /** Null where there are too few measurements to speak of it. */
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Fewer than so many measurements say nothing about one in twenty, or one in a hundred. */
const FEWEST_FOR_P95 = 20;
const FEWEST_FOR_P99 = 100;

/** Throws `RangeError` when there are none. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const count = sorted.length;
  return {
    count,
    p50: percentile(sorted, 50),
    p95: count < FEWEST_FOR_P95 ? null : percentile(sorted, 95),
    p99: count < FEWEST_FOR_P99 ? null : percentile(sorted, 99),
  };
}

/** The smallest measurement that at least `percent` of all do not exceed. `sorted`: ascending. */
function percentile(sorted: readonly number[], percent: number): number {
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new RangeError('Nothing was measured.');
  return value;
}
