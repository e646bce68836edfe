/** The transcript and the log as rows, however much there is. */

import { describe, expect, it } from 'vitest';
import type { Block, InputBlock } from '../../client/session-view.ts';
import { formatDuration } from './block-rows.ts';
import { formatSize, treeRows } from './file-tree.ts';
import { LogRows } from './log-rows.ts';
import { scrolled, windowOf } from './scrolling.ts';
import { lastKey, type Notice, Transcript, type TranscriptContents } from './transcript.ts';

const plain = (row: string) => row.replace(/\x1b\[[\d;:]*m/g, '').trimEnd();

const input = (key: string, more: Partial<InputBlock> = {}): InputBlock => ({
  kind: 'input',
  key,
  number: 1,
  code: key,
  language: 'ts',
  terminal: null,
  status: 'ok',
  output: [],
  durationMs: null,
  ...more,
});

const end = (text: string, sequence = 1) => ({ sequence, stream: 'end' as const, text });

const notice = (key: string, after: string | null): Notice => ({
  kind: 'notice',
  key,
  command: `.${key}`,
  text: `${key} says`,
  failed: false,
  after,
});

function rowsOf(transcript: Transcript): string[] {
  return transcript.slice(transcript.start, transcript.end).map(plain);
}

function sync(transcript: Transcript, blocks: readonly Block[], more: Partial<TranscriptContents> = {}): void {
  transcript.sync({ blocks, waiting: [], notices: [], clearedThrough: null, ...more }, 40);
}

describe('Transcript', () => {
  it('keeps blocks, notices and gaps in order', () => {
    const transcript = new Transcript();
    const gap: Block = { kind: 'gap', key: 'g', message: '3 inputs are not kept\x1b[2J' };
    sync(transcript, [gap, input('a'), input('b')], { notices: [notice('n', 'a'), notice('m', null)] });
    expect(rowsOf(transcript).map((row) => row.slice(0, 34).trim())).toEqual([
      ...['❯ .m', 'm says', '… 3 inputs are not kept\ufffd[2J'],
      ...['❯ a', '❯ .n', 'n says', '❯ b'],
    ]);
    expect(lastKey([input('a')], [notice('n', 'a')], null)).toBe('n');
    sync(transcript, [gap, input('a'), input('b')], { notices: [notice('n', 'a')], clearedThrough: 'n' });
    expect(rowsOf(transcript)).toHaveLength(1);
  });

  it('takes 200,000 lines in chunks, keeps the last ones, and says what is gone', () => {
    const transcript = new Transcript();
    let output: InputBlock['output'] = [];
    for (let sequence = 0; sequence < 1000; sequence++) {
      const text = Array.from({ length: 200 }, (_, i) => `line ${sequence * 200 + i}\n`).join('');
      // The mirror drops old chunks too.
      output = [...output, { sequence, stream: 'stdout' as const, text }].slice(-50);
      sync(transcript, [input('a', { output, status: 'running' })]);
    }
    const rows = rowsOf(transcript);
    expect(rows.at(-1)).toBe('line 199999');
    expect(rows[1]).toMatch(/^… 1\d\d,\d{3} earlier lines$/);
    expect(rows.length).toBeGreaterThan(50_000);
    const numbers = rows.slice(2).map((row) => Number(row.slice(5)));
    expect(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)).toBe(true);
  });

  it('keeps the numbers of rows when blocks go from the front', () => {
    const transcript = new Transcript();
    const [a, b] = [input('a', { output: [end('1')] }), input('b', { output: [end('2')] })];
    sync(transcript, [a, b]);
    sync(transcript, [b]);
    expect([transcript.start, transcript.end]).toEqual([2, 4]);
    expect(transcript.slice(3, 4).map(plain)).toEqual(['2']);
  });

  it('does not let styles or sequences of one part reach the next', () => {
    const transcript = new Transcript();
    const output = [
      { sequence: 1, stream: 'stdout' as const, text: 'a\x1b]0;' },
      { sequence: 2, stream: 'stderr' as const, text: 'warn' },
      { sequence: 3, stream: 'stdout' as const, text: 'title\x07b\x1b[31m\n' },
      { sequence: 4, stream: 'gap' as const, text: '5 KB are not kept' },
    ];
    sync(transcript, [input('x', { output: [...output, end('\x1b[1mbold', 5)] }), input('y')]);
    expect(
      rowsOf(transcript)
        .slice(1, 5)
        .map((row) => row.slice(0, 20)),
    ).toEqual([...['awarnb', '… 5 KB are not kept', 'bold'], expect.stringMatching(/^❯ y/)]);
  });
});

describe('LogRows', () => {
  it('takes each line once, neutralised', () => {
    const rows = new LogRows();
    const lines = [1, 2, 3].map((sequence) => ({
      sequence,
      source: 'p\x1b',
      kind: 'stdout' as const,
      text: `l${sequence}\x1b[2J\n`,
    }));
    rows.sync(lines.slice(0, 2), 40);
    rows.sync(lines, 40);
    expect(rows.slice(rows.start, rows.end).map(plain)).toEqual(['p\ufffd l1', 'p\ufffd l2', 'p\ufffd l3']);
  });
});

describe('scrolling', () => {
  const rows = { start: 10, end: 30, slice: (from: number, to: number) => [`${from}-${to}`] };

  it('follows the end, stops at both, and follows again', () => {
    expect(windowOf(rows, null, 5)).toEqual(['25-30']);
    expect(windowOf(rows, 3, 5)).toEqual(['10-15']);
    expect(scrolled(rows, null, 5, -4)).toBe(21);
    expect(scrolled(rows, 21, 5, 3)).toBe(24);
    expect(scrolled(rows, 21, 5, 4)).toBeNull();
    expect(scrolled(rows, 21, 5, Number.NEGATIVE_INFINITY)).toBe(10);
    expect(scrolled({ ...rows, end: 12 }, null, 5, -4)).toBeNull();
  });
});

describe('treeRows', () => {
  it('shows directories first, children of expanded ones, hostile names safely', () => {
    const file = (path: string) => ({ path, kind: 'file' as const, size: 1 });
    const files = [
      file('a\x1b[2J\n'),
      file('z/y/x'),
      { path: 'z', kind: 'directory' as const, size: 0 },
      file('z/b'),
      { path: 'z/y', kind: 'directory' as const, size: 0 },
    ];
    expect(treeRows(files, new Set()).map((row) => row.name)).toEqual(['z', 'a\ufffd[2J\ufffd']);
    expect(treeRows(files, new Set(['z'])).map((row) => [row.depth, row.name])).toEqual([
      [0, 'z'],
      [1, 'y'],
      [1, 'b'],
      [0, 'a\ufffd[2J\ufffd'],
    ]);
  });
});

it.each([
  [0.4, '0 ms'],
  [999.6, '1.0 s'],
  [59_949, '59.9 s'],
  [59_951, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('formatDuration %d', (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KB'],
  [1_048_576, '1.0 MB'],
  [64 * 1024 * 1024, '64 MB'],
])('formatSize %d', (bytes, expected) => {
  expect(formatSize(bytes)).toBe(expected);
});
