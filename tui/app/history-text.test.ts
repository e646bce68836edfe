/** The history of a session as a table. */

import { describe, expect, it } from 'vitest';
import type { Difference, History, HistoryEntry } from '../client/history.ts';
import { SGR_PATTERN } from '../client/sgr.ts';
import { differenceLines, historyLines } from './history-text.ts';

function entry(revision: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const input = { at: 0, cause: 'input', causeNumber: revision, code: 'f()', milliseconds: 1, heapBytes: 10, files: 0 };
  return { revision, ...input, restored: null, origin: null, isStep: true, checkpoints: [], ...more };
}

function listed(history: Partial<History>): string[] {
  const lines = historyLines({ entries: [], undo: null, redo: null, oldest: null, ...history });
  return lines.map((line) => line.replace(SGR_PATTERN, '').trimEnd());
}

describe('a history', () => {
  it('is a table that marks the head and where undo and redo lead', () => {
    const entries = [
      entry(104, { cause: 'restore', causeNumber: null, code: null, restored: 101, milliseconds: null, heapBytes: 0 }),
      entry(103, { cause: 'background', code: null, milliseconds: null }),
      entry(102, { cause: 'files', causeNumber: null, code: null, milliseconds: null, heapBytes: 0, files: 12 }),
      entry(101, { code: 'let x = 1\nlet y', milliseconds: 1234.5, checkpoints: ['a', 'b'] }),
      entry(100, { isStep: false }),
    ];
    expect(listed({ entries, undo: 100, redo: 102, oldest: 100 })).toEqual([
      '      rev     took  bytes  files  checkpoint  what',
      'head  104                                     restored 101 · let x = 1 …',
      '      103              10                     background 103',
      'redo  102                     12              files',
      '      101  1235 ms     10         a b         let x = 1 …',
      'undo  100     1 ms     10                     f()',
      'revisions 1 to 99 are not kept any more',
    ]);
  });

  it('tells what a state was first that was restored more than once', () => {
    const restored = (revision: number, from: number) =>
      entry(revision, { cause: 'restore', code: null, restored: from });
    const entries = [restored(6, 5), restored(5, 1), restored(4, 0), restored(3, 2), entry(1)];
    expect(listed({ entries, oldest: 1 }).map((line) => /restored.*/.exec(line)?.[0])).toEqual([
      undefined,
      'restored 5 · f()',
      'restored 1 · f()',
      'restored the empty beginning',
      'restored 2',
      undefined,
      undefined,
    ]);
  });

  it('tells how the session went back and forth', () => {
    const moved = (revision: number, how: string, from: number, checkpoint: string | null = null) =>
      entry(revision, { cause: 'restore', code: null, restored: from, origin: { how, checkpoint, terminal: 'ada' } });
    const origin = { how: 'reset', checkpoint: null, terminal: null };
    const reset = entry(6, { cause: 'reset', causeNumber: null, code: null, origin });
    const entries = [reset, moved(5, 'restore', 1, 'start'), moved(4, 'goto', 0), moved(3, 'undo', 1), entry(1)];
    expect(listed({ entries, oldest: 1 }).map((line) => / 10 +(.*)/.exec(line)?.[1])).toEqual([
      undefined,
      'reset · empty variables',
      'restore start: 1 · f()',
      'goto: the empty beginning',
      'undo: 1 · f()',
      undefined,
      'f()',
    ]);
  });

  it('tells what is not shown', () => {
    const history = { entries: [entry(9)], undo: 0, redo: 5, oldest: 1 };
    expect(listed(history).slice(2)).toEqual([
      'older ones are not shown; the oldest is 1',
      'undo leads to the empty beginning, revision 0',
      'redo leads to revision 5',
    ]);
    expect(listed({})).toEqual([]);
  });

  it('says between which revisions some are gone', () => {
    const entries = [entry(9), entry(5), entry(3)];
    expect(listed({ entries, undo: 5, redo: null, oldest: 3 })).toEqual([
      '      rev  took  bytes  files  what',
      'head    9  1 ms     10         f()',
      'revisions 6 to 8 are not kept any more',
      'undo    5  1 ms     10         f()',
      'revision 4 is not kept any more',
      '        3  1 ms     10         f()',
      'revisions 1 to 2 are not kept any more',
    ]);
  });

  it('keeps code on its line and within its length', () => {
    const code = (text: string) => / 10 {9}(.*)$/.exec(listed({ entries: [entry(1, { code: text })] })[1] ?? '')?.[1];
    expect(code('x'.repeat(40))).toBe('x'.repeat(40));
    expect(code('x'.repeat(41))).toBe(`${'x'.repeat(40)} …`);
    expect(code('a\x1b]0;evil\x07\tb')).toBe('a\ufffd]0;evil\ufffd\ufffdb');
    expect(code('\n  one  \n')).toBe('one');
  });
});

describe('a difference', () => {
  const lines = (difference: Partial<Difference>) =>
    differenceLines({ from: 1, to: 2, files: [], variables: [], ...difference }).map((line) =>
      line.replace(SGR_PATTERN, ''),
    );

  it('tells what came, went and changed', () => {
    const difference: Partial<Difference> = {
      files: [
        { path: 'a', change: 'made', kind: 'directory', size: 0 },
        { path: 'a/b\x1b[2J', change: 'made', kind: 'file', size: 3 },
        { path: 'c', change: 'written', kind: 'file', size: 4 },
        { path: 'd', change: 'removed', kind: 'file', size: 1 },
      ],
      variables: [
        { name: 'm', before: null, after: 'number 1' },
        { name: 'n', before: 'number 1', after: 'number 2' },
        { name: 'o', before: `string '${'x'.repeat(300)}'`, after: null },
      ],
    };
    expect(lines(difference)).toEqual([
      'files',
      '+ a/',
      '+ a/b\ufffd[2J  3 bytes',
      '~ c  4 bytes',
      '- d  1 byte',
      'variables',
      '+ m  number 1',
      '~ n  number 1 → number 2',
      `- o  string '${'x'.repeat(192)}…`,
    ]);
  });

  it('is empty when nothing differs', () => {
    expect(lines({})).toEqual([]);
  });
});
