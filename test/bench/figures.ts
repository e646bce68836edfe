/** The recorded figures: `figures.json`, and `BENCHMARKS.md`, which is made from it. */

import { readFileSync, writeFileSync } from 'node:fs';
import type { Benchmark, Findings } from './benchmark.ts';
import { renderDocument } from './render.ts';
import type { MachineFacts } from './support/machine-facts.ts';

/** One run of one benchmark. Compare numbers within it, and not with those of another run. */
export interface Figures extends MachineFacts, Findings {
  readonly name: string;
  readonly description: string;
  /** Load average of the machine over the minute before. */
  readonly load: number;
}

const FILE = new URL('./figures.json', import.meta.url);
const DOCUMENT = new URL('../../BENCHMARKS.md', import.meta.url);

/** Every recorded run, in the order of the document. */
export function readFigures(): readonly Figures[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as readonly Figures[];
}

/** Keeps `figures` in place of the last ones of the same benchmark. Figures of benchmarks that are gone, go. */
export function recordFigures(figures: Figures, benchmarks: readonly Benchmark[]): void {
  const recorded = new Map(readFigures().map((each) => [each.name, each]));
  recorded.set(figures.name, figures);
  const kept = benchmarks.flatMap(({ name }) => recorded.get(name) ?? []);
  writeFileSync(FILE, `${JSON.stringify(kept, round, 2)}\n`);
  writeFileSync(DOCUMENT, renderDocument(readFigures()));
}

/** More digits than these are noise. */
function round(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
