/** Text in cells: widths, wrapping, and lines out of a stream. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitizeText } from '../../client/sanitize.ts';
import { cellWidth, expandTabs, fitExactly, truncate } from './cells.ts';
import { LineBuilder, MAX_LINE } from './line-builder.ts';
import { RowBuffer } from './row-buffer.ts';
import { wrapLine } from './wrap.ts';
import { hangOf, wrapWords } from './wrap-words.ts';

const plain = (text: string) => text.replace(/\x1b\[[\d;:]*m/g, '');

describe('cells', () => {
  it('fits by cells, not characters', () => {
    expect(truncate('日本語', 6)).toBe('日本語');
    expect(truncate('日本語', 5)).toBe('日本…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(fitExactly('日本語', 4)).toBe('日… ');
    expect(truncate('abc', 0)).toBe('');
    expect(cellWidth('e\u0301👩‍👩‍👧')).toBe(3);
  });

  it('expands tabs to stops of eight', () => {
    expect(expandTabs('a\tb\t\x1b[31m日\tc')).toBe('a       b       \x1b[31m日      c');
  });
});

describe('wrapLine', () => {
  it.each([
    ['', 4, ['']],
    ['abcdefgh', 4, ['abcd', 'efgh']],
    ['日本語', 5, ['日本', '語']],
    ['a日本', 4, ['a日', '本']],
    ['\x1b[31mabcdef\x1b[0mg', 4, ['\x1b[31mabcd', '\x1b[31mef\x1b[0mg']],
    ['日', 1, ['日']],
    ['abcd\x1b[0m', 4, ['abcd\x1b[0m']],
  ])('%j at %i', (line, width, rows) => {
    expect(wrapLine(line, width)).toEqual(rows);
  });

  it('keeps every character and no row is too wide', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\x1b[31m', '\x1b[0m', '日', 'abcdefghij'));
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 2, max: 20 }), (parts, width) => {
        const line = sanitizeText(parts.join('')).replace(/[\n\t\r]/g, '');
        const rows = wrapLine(line, width);
        expect(rows.map(plain).join('')).toBe(plain(line));
        for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('wrapWords', () => {
  it.each<[string, number, number, string[]]>([
    ['', 9, 0, ['']],
    ['one two three', 9, 0, ['one two', 'three']],
    ['one two three', 7, 0, ['one two', 'three']],
    ['.name ARG  what this one does', 24, 11, ['.name ARG  what this one', '           does']],
    ['.name ARG  what this one does', 20, 11, ['.name ARG  what this', '  one does']],
    ['  set in  words', 8, 0, ['  set in', 'words']],
    ['word longer-than-a-row end', 8, 2, ['word', '  longer', '  -than-', '  a-row', '  end']],
    ['日本語 日本', 8, 0, ['日本語', '日本']],
    ['a \x1b[31mred word\x1b[0m', 6, 0, ['a \x1b[31mred', '\x1b[31mword\x1b[0m']],
  ])('%j at %i, set in by %i', (line, width, hang, rows) => {
    expect(wrapWords(line, width, hang)).toEqual(rows);
  });

  it('keeps every word and no row is too wide', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('\x1b[31m', '\x1b[0m', '日', ' ', 'abcdefghij'),
    );
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 2, max: 30 }), fc.nat(20), (parts, width, hang) => {
        const line = sanitizeText(parts.join('')).replace(/[\n\t\r]/g, '');
        const rows = wrapWords(line, width, hang);
        expect(rows.map(plain).join('').replace(/ /g, '')).toBe(plain(line).replace(/ /g, ''));
        for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('knows where the second column of a table begins', () => {
    expect(hangOf('\x1b[1m.run FILE\x1b[22m  \x1b[2mruns  it\x1b[22m')).toBe(11);
    expect(hangOf('  set in')).toBe(2);
    expect(hangOf('prose with words')).toBe(0);
  });
});

describe('LineBuilder', () => {
  it('finishes lines across chunks and carries styles', () => {
    const builder = new LineBuilder();
    expect(builder.write('a\x1b[31mb')).toEqual([]);
    expect(builder.tail).toBe('a\x1b[31mb');
    expect(builder.write('c\nd\n')).toEqual(['a\x1b[31mbc', '\x1b[31md']);
    expect(builder.tail).toBe('');
  });

  it('lets a carriage return start the line over', () => {
    const builder = new LineBuilder();
    builder.write('10%\r20%');
    expect(builder.tail).toBe('20%');
    builder.write('\r');
    expect(builder.tail).toBe('20%');
    expect(builder.write('\ndone\r\r!')).toEqual(['20%']);
    expect(builder.tail).toBe('!');
  });

  it('breaks a line at the limit and not before', () => {
    const builder = new LineBuilder();
    expect(builder.write('x'.repeat(MAX_LINE))).toEqual([]);
    expect(builder.write('\ud83d\ude00').map((line) => line.length)).toEqual([MAX_LINE]);
    expect(builder.tail).toBe('\ud83d\ude00');
    const styled = new LineBuilder();
    const [line] = styled.write(`${'x'.repeat(MAX_LINE - 2)}\x1b[31myy`);
    expect(line).toHaveLength(MAX_LINE - 2);
    expect(styled.tail).toBe('\x1b[31myy');
  });
});

describe('RowBuffer', () => {
  it('numbers rows, also those of the unfinished line', () => {
    const buffer = new RowBuffer(3, 100);
    buffer.write('abcd\ne');
    expect([buffer.start, buffer.end]).toEqual([0, 3]);
    expect(buffer.slice(1, 9)).toEqual(['d', 'e']);
    expect(buffer.slice(2, 3)).toEqual(['e']);
    expect(buffer.slice(3, 5)).toEqual([]);
    buffer.resize(9);
    expect(buffer.slice(0, 9)).toEqual(['abcd', 'e']);
  });

  it('drops the oldest lines and keeps the numbers of the others', () => {
    const buffer = new RowBuffer(10, 100);
    for (let i = 0; i < 1000; i++) buffer.write(`${i}\n`);
    expect(buffer.end).toBe(1000);
    expect(buffer.end - buffer.start).toBeLessThanOrEqual(142);
    expect(buffer.end - buffer.start).toBeGreaterThanOrEqual(100);
    expect(buffer.slice(950, 952)).toEqual(['950', '951']);
    expect(buffer.slice(0, buffer.start)).toEqual([]);
    expect(buffer.droppedLines).toBe(buffer.start);
  });
});
