/** The history of a session as a table. */

import { describe, expect, it } from 'vitest';
import type { Difference, History, HistoryEntry } from '../client/history.ts';
import { SGR_PATTERN } from '../client/sgr.ts';
import { differenceLines, historyLines } from './history-text.ts';

const NOON = new Date(2026, 4, 6, 12, 3, 4).getTime();

function entry(revision: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const input = { cause: 'input', causeNumber: revision, code: 'f()', milliseconds: 1, heapBytes: 10 };
  const rest = { at: NOON, files: 0, path: null, restored: null, origin: null, isStep: true, checkpoints: [] };
  return { revision, ...input, ...rest, ...more };
}

function listed(history: Partial<History>, columns?: number): string[] {
  const lines = historyLines({ entries: [], undo: null, redo: null, oldest: null, ...history }, columns, NOON + 1000);
  return lines.map((line) => line.replace(SGR_PATTERN, '').trimEnd());
}

/** What stands in the last column. */
function told(...entries: HistoryEntry[]): (string | undefined)[] {
  const rows = listed({ entries, oldest: 1 }).filter((line) => line.includes('12:03:04'));
  return rows.map((line) => / 10 B {9}(.*)/.exec(line)?.[1]);
}

describe('a history', () => {
  it('is a table that marks the head and where undo and redo lead', () => {
    const nothing = { causeNumber: null, code: null, milliseconds: null, heapBytes: 0 };
    const origin = { how: 'undo', checkpoint: null, terminal: 'ada' };
    const entries = [
      entry(104, { ...nothing, cause: 'restore', restored: 101, origin }),
      entry(103, { ...nothing, cause: 'background', causeNumber: 9, heapBytes: 4_567_890 }),
      entry(102, { ...nothing, cause: 'files', files: 12, path: 'a/b', at: new Date(2025, 10, 9, 8, 7).getTime() }),
      entry(101, { code: 'let x = 1\nlet y', milliseconds: 12_345, heapBytes: 1234, checkpoints: ['a', 'b'] }),
      entry(100, { isStep: false }),
    ];
    expect(listed({ entries, undo: 100, redo: 102, oldest: 100 })).toEqual([
      '      rev         when    took  stored  files  what',
      'head  104     12:03:04                         undo to 101 by ada · let x = 1 …',
      '      103     12:03:04          4.6 MB         background',
      'redo  102  Nov 9 08:07                     12  files: a/b and 11 more',
      '      101     12:03:04  12.3 s  1.2 kB         [a] [b] let x = 1 …',
      'undo  100     12:03:04    1 ms    10 B         f()',
      'revisions 1 to 99 are not kept any more',
    ]);
  });

  it('tells what a state was first that was restored more than once', () => {
    const restored = (revision: number, from: number) =>
      entry(revision, { cause: 'restore', code: null, restored: from });
    expect(told(restored(6, 5), restored(5, 1), restored(4, 0), restored(3, 2), entry(1))).toEqual([
      'restored 5 · f()',
      'restored 1 · f()',
      'restored the empty beginning',
      'restored 2',
      'f()',
    ]);
  });

  it('tells how the session went back and forth, and who did it', () => {
    const moved = (revision: number, how: string, from: number, checkpoint: string | null = null) =>
      entry(revision, { cause: 'restore', code: null, restored: from, origin: { how, checkpoint, terminal: 'ada' } });
    const origin = { how: 'reset', checkpoint: null, terminal: null };
    const reset = entry(6, { cause: 'reset', causeNumber: null, code: null, origin });
    expect(told(reset, moved(5, 'restore', 1, 'start'), moved(4, 'goto', 0), moved(3, 'redo', 1), entry(1))).toEqual([
      'reset: empty variables',
      'restore start (1) by ada · f()',
      'goto the empty beginning by ada',
      'redo to 1 by ada · f()',
      'f()',
    ]);
  });

  it('tells what wrote which file', () => {
    const wrote = (cause: string, files: number) => ({ cause, causeNumber: null, code: null, files, path: 'n\x1b.md' });
    const rows = listed({
      entries: [entry(2, { ...wrote('program', 2), causeNumber: 7 }), entry(1, wrote('files', 1))],
    });
    expect(rows.slice(1).map((row) => row.slice(39))).toEqual([
      '2  program 7: n\ufffd.md and 1 more',
      '1  files: n\ufffd.md',
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
      '      rev      when  took  stored  files  what',
      'head    9  12:03:04  1 ms    10 B         f()',
      'revisions 6 to 8 are not kept any more',
      'undo    5  12:03:04  1 ms    10 B         f()',
      'revision 4 is not kept any more',
      '        3  12:03:04  1 ms    10 B         f()',
      'revisions 1 to 2 are not kept any more',
    ]);
  });

  it('keeps code on its line and within its length', () => {
    const code = (text: string) => told(entry(1, { code: text }))[0];
    expect(code('x'.repeat(48))).toBe('x'.repeat(48));
    expect(code('x'.repeat(49))).toBe(`${'x'.repeat(48)} …`);
    const narrow = listed({ entries: [entry(1, { code: 'x'.repeat(40) }), entry(2)] }, 64);
    expect(narrow.map((line) => line.length)).toEqual([46, 64, 45]);
    expect(code('a\x1b]0;evil\x07\tb')).toBe('a\ufffd]0;evil\ufffd\ufffdb');
    expect(code('\n  one  \n')).toBe('one');
  });
});

it('drops columns of a history where there is no room to say what its revisions are', () => {
  const entries = [entry(2, { code: `const answer = ${'x'.repeat(40)}` }), entry(1)];
  const headings = [64, 61, 54, 48, 41, 30, 20].map((columns) => listed({ entries, oldest: 1 }, columns)[0]);
  expect(headings.map((line) => line?.trim().split(/ +/).join(' '))).toEqual([
    'rev when took stored files what',
    'rev when took stored what',
    'rev when took what',
    'rev when took what',
    'rev when what',
    'rev what',
    'rev what',
  ]);
  expect(listed({ entries, oldest: 1 }, 20)).toEqual(['      rev  what', 'head    2  const a …', '        1  f()']);
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
