/** What a benchmark is and what it finds. */

import type { Summary } from './support/statistics.ts';

export type Unit = 'ms' | '×' | 'lines/s' | 'requests/s' | 'MB/s' | 'MB' | 'KB';

/** Measurements of one subject. */
export interface Series extends Summary {
  readonly label: string;
  readonly unit: Unit;
}

/** A number that is to be read: how subjects compare, or one that has a goal. */
export interface Finding {
  readonly label: string;
  readonly value: number;
  readonly unit: Unit;
  /** It should be at most this; null where no goal is set. */
  readonly goal: number | null;
}

export interface Findings {
  readonly series: readonly Series[];
  readonly findings: readonly Finding[];
}

export interface Benchmark {
  readonly name: string;
  /** What is measured, in a sentence or two. */
  readonly description: string;
  /** Measures. Throws if the product does not do what it should: its speed is then of no interest. */
  run(): Promise<Findings>;
}

/** How many times the median of `subject` is that of `other`. */
export function ratio(label: string, subject: Series, other: Series, goal: number | null = null): Finding {
  return { label, value: subject.p50 / other.p50, unit: '×', goal };
}
