/** The statistics of the benchmarks, and that BENCHMARKS.md shows the recorded figures. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFigures } from '../bench/figures.ts';
import { renderDocument } from '../bench/render.ts';
import { allLines, OutputCheck } from '../bench/support/numbered-lines.ts';
import { summarize } from '../bench/support/statistics.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => count - index);

describe('summarize', () => {
  it('gives percentiles that were measured', () => {
    expect(summarize(upTo(1000))).toEqual({ count: 1000, p50: 500, p95: 950, p99: 990 });
    expect(summarize([7])).toEqual({ count: 1, p50: 7, p95: null, p99: null });
  });

  it('is silent about the rare where too little was measured', () => {
    expect(summarize(upTo(19)).p95).toBeNull();
    expect(summarize(upTo(20)).p95).toBe(19);
    expect(summarize(upTo(99)).p99).toBeNull();
    expect(summarize(upTo(100)).p99).toBe(99);
    expect(() => summarize([])).toThrow('Nothing was measured.');
  });
});

describe('OutputCheck', () => {
  const lines = allLines(3);

  it('takes all lines, however they are cut', () => {
    const check = new OutputCheck(lines);
    for (let at = 0; at < lines.length; at += 7) check.push(lines.subarray(at, at + 7));
    check.finish();
    check.push(lines);
    check.finish();
  });

  it('refuses lines that are missing, doubled or out of order', () => {
    const [first, second] = [lines.subarray(0, 64), lines.subarray(64, 128)];
    const check = new OutputCheck(lines);
    expect(() => check.push(second)).toThrow('Wrong output after 0 bytes.');
    check.push(first);
    expect(() => check.push(first)).toThrow('Wrong output after 64 bytes.');
    expect(() => check.finish()).toThrow('64 of 192 bytes arrived.');
    check.push(lines.subarray(64));
    expect(() => check.push(first)).toThrow('Wrong output after 192 bytes.');
  });
});

it('BENCHMARKS.md shows the recorded figures', () => {
  expect(readFileSync(new URL('../../BENCHMARKS.md', import.meta.url), 'utf8')).toBe(renderDocument(readFigures()));
});
