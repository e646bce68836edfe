/** Figures as Markdown. */

import type { Finding, Series, Unit } from './benchmark.ts';
import type { Figures } from './figures.ts';

const INTRODUCTION = `# Benchmarks

Made by \`npm run bench -- --record\` from [test/bench/figures.json](test/bench/figures.json); \`npm run bench\` alone
measures without recording, \`npm run bench -- flood\` only what is named. Each benchmark measures the built product
beside what a user would pick instead, or beside the least that it can take, in turns within one run: compare the
numbers of a table with each other, and not with those of another run.`;

export function renderDocument(figures: readonly Figures[]): string {
  return `${[INTRODUCTION, ...figures.map(renderFigures)].join('\n\n')}\n`;
}

/** One benchmark: its heading, its tables and the circumstances. */
export function renderFigures(figures: Figures): string {
  const { name, description, series, findings } = figures;
  const parts = [`## ${name}`, description, seriesTable(series)];
  if (findings.length > 0) parts.push(findingsTable(findings));
  parts.push(circumstances(figures));
  return parts.join('\n\n');
}

function seriesTable(series: readonly Series[]): string {
  return table(
    ['Measured', 'p50', 'p95', 'p99', 'Times'],
    series.map(({ label, unit, p50, p95, p99, count }) => [
      label,
      quantity(p50, unit),
      quantity(p95, unit),
      quantity(p99, unit),
      count.toLocaleString('en'),
    ]),
  );
}

function findingsTable(findings: readonly Finding[]): string {
  return table(
    ['Found', 'Value', 'Goal'],
    findings.map(({ label, value, unit, goal }) => [label, quantity(value, unit), goalText(value, goal, unit)]),
  );
}

function goalText(value: number, goal: number | null, unit: Unit): string {
  if (goal === null) return '';
  return `at most ${quantity(goal, unit)}: ${value <= goal ? 'met' : '**missed**'}`;
}

function circumstances({ date, commit, node, workerd, system, processor, cores, gigabytes, load }: Figures): string {
  const machine = `${cores} cores (${processor}), ${gigabytes} GB, ${system}`;
  return `${date}, ${commit}: Node ${node}, workerd ${workerd}, ${machine}; load before ${load.toFixed(2)}.`;
}

function quantity(value: number | null, unit: Unit): string {
  if (value === null) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits });
  return unit === '×' ? `${text}×` : `${text} ${unit}`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const alignment = headings.map((_, index) => (index === 0 ? '---' : '--:'));
  return [headings, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
