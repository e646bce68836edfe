/** The editor: text, cursor, kills, undo and the history of inputs. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Buffer, canMoveLine, type EditAction, EMPTY_BUFFER, editBuffer, LEVELS } from './buffer.ts';
import { layOutEditor } from './editor-rows.ts';
import { addEntry, browse, EMPTY_HISTORY, prependEntries, searchBack } from './history.ts';

/** A buffer from a text with `|` at the cursor, and back. */
const buffer = (marked: string): Buffer => ({
  ...EMPTY_BUFFER,
  text: marked.replace('|', ''),
  cursor: marked.indexOf('|'),
});
const show = ({ text, cursor }: Buffer) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;
const run = (start: Buffer, ...actions: EditAction[]) => actions.reduce(editBuffer, start);
const typed = (text: string): EditAction => ({ type: 'insert', text, typed: true });

describe('in Python', () => {
  it.each<[string, EditAction, string]>([
    ['if x:\n        |', { type: 'delete', to: 'level-left' }, 'if x:\n    |'],
    ['if x:\n      |y', { type: 'delete', to: 'level-left' }, 'if x:\n    |y'],
    ['if x:\n  |', { type: 'delete', to: 'level-left' }, 'if x:\n|'],
    ['f([\n        |', typed(']'), 'f([\n    ]|'],
  ])('%j by %j', (start, action, end) => {
    expect(show(editBuffer(buffer(start), action, LEVELS.py))).toBe(end);
  });
});

describe('editBuffer', () => {
  it.each<[string, EditAction, string]>([
    ['a|c', typed('b'), 'ab|c'],
    ['{\n    |', typed('})'), '{\n  })|'],
    ['x    |', typed('}'), 'x    }|'],
    ['a👩‍👩‍👧|b', { type: 'move', to: 'left' }, 'a|👩‍👩‍👧b'],
    ['a|e\u0301b', { type: 'move', to: 'right' }, 'ae\u0301|b'],
    ['|', { type: 'move', to: 'left' }, '|'],
    ['foo.bar(baz|', { type: 'move', to: 'word-left' }, 'foo.bar(|baz'],
    ['foo.bar|(baz', { type: 'move', to: 'word-right' }, 'foo.bar(baz|'],
    ['日本 語|', { type: 'move', to: 'word-left' }, '日本 |語'],
    ['ab\ncd|ef', { type: 'move', to: 'line-start' }, 'ab\n|cdef'],
    ['ab\nc|d\nef', { type: 'move', to: 'line-end' }, 'ab\ncd|\nef'],
    ['a\nb|', { type: 'move', to: 'start' }, '|a\nb'],
    ['abc\nd|e', { type: 'move', to: 'line-up' }, 'a|bc\nde'],
    ['日本語\nab|', { type: 'move', to: 'line-up' }, '日本|語\nab'],
    ['ab|c\nd', { type: 'move', to: 'line-down' }, 'abc\nd|'],
    ['a👍🏽|', { type: 'delete', to: 'left' }, 'a|'],
    ['|👍🏽a', { type: 'delete', to: 'right' }, '|a'],
    ['a👍🏽|', { type: 'delete', to: 'level-left' }, 'a|'],
    ['{\n    |', { type: 'delete', to: 'level-left' }, '{\n  |'],
    ['{\n|', { type: 'delete', to: 'level-left' }, '{|'],
    ['a    |', { type: 'delete', to: 'level-left' }, 'a   |'],
    ['a.b c|', { type: 'kill', to: 'blank-left' }, 'a.b |'],
    ['a b  |', { type: 'kill', to: 'blank-left' }, 'a |'],
    ['a|b\nc', { type: 'kill', to: 'line-end' }, 'a|\nc'],
    ['ab|\nc', { type: 'kill', to: 'line-end' }, 'ab|c'],
    ['a\nbc|d', { type: 'kill', to: 'line-start' }, 'a\n|d'],
    ['ab|c', { type: 'transpose' }, 'acb|'],
    ['abc|', { type: 'transpose' }, 'acb|'],
    ['|abc', { type: 'transpose' }, '|abc'],
    ['a|', { type: 'transpose' }, 'a|'],
    ['👍🏽e\u0301|', { type: 'transpose' }, 'e\u0301👍🏽|'],
    ['con|', { type: 'replace', from: 0, to: 3, text: 'console' }, 'console|'],
    ['x|', { type: 'yank' }, 'x|'],
  ])('%s %j', (before, action, after) => {
    expect(show(editBuffer(buffer(before), action))).toBe(after);
  });

  it('keeps the column over short lines', () => {
    const up: EditAction = { type: 'move', to: 'line-up' };
    expect(show(run(buffer('abcd\ne\nfgh|'), up, up))).toBe('abc|d\ne\nfgh');
    expect(canMoveLine(buffer('|a\nb'), 'line-up')).toBe(false);
    expect(canMoveLine(buffer('a|\nb'), 'line-down')).toBe(true);
  });

  it('joins kills in a row and yanks them, then older ones', () => {
    const killed = run(
      buffer('one two three|'),
      { type: 'kill', to: 'blank-left' },
      { type: 'kill', to: 'blank-left' },
      { type: 'move', to: 'start' },
      { type: 'kill', to: 'line-end' },
      { type: 'yank' },
    );
    expect(show(killed)).toBe('one |');
    expect(show(run(killed, { type: 'yank-pop' }))).toBe('two three|');
    expect(show(run(killed, typed('x'), { type: 'yank-pop' }))).toBe('one x|');
  });

  it('undoes word by word and redoes', () => {
    const undo: EditAction = { type: 'undo' };
    const redo: EditAction = { type: 'redo' };
    const words = run(EMPTY_BUFFER, typed('a'), typed('b'), typed(' '), typed('c'), { type: 'delete', to: 'left' });
    expect(run(words, undo).text).toBe('ab c');
    expect(run(words, undo, undo).text).toBe('ab');
    expect(run(words, undo, undo, undo, undo, undo).text).toBe('');
    expect(run(words, undo, undo, redo, redo, redo).text).toBe('ab ');
    expect(run(words, undo, typed('x'), redo).text).toBe('ab cx');
  });

  it('keeps the cursor inside the text whatever happens, and undo finds the way back', () => {
    const place = fc.constantFrom(
      ...(['left', 'right', 'word-left', 'word-right', 'blank-left', 'line-start', 'line-end'] as const),
      ...(['start', 'end', 'line-up', 'line-down'] as const),
    );
    const action: fc.Arbitrary<EditAction> = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text): EditAction => ({ type: 'insert', text, typed: false })),
      fc.constantFrom('a', '\n', '日', '👩‍👩‍👧', ' ').map(typed),
      fc.record({ type: fc.constantFrom('move', 'delete', 'kill'), to: place }),
      fc.constantFrom<EditAction>({ type: 'yank' }, { type: 'yank-pop' }, { type: 'transpose' }, { type: 'redo' }),
      fc.constant<EditAction>({ type: 'undo' }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        let state = EMPTY_BUFFER;
        for (const next of actions) {
          state = editBuffer(state, next);
          expect(state.cursor).toBeGreaterThanOrEqual(0);
          expect(state.cursor).toBeLessThanOrEqual(state.text.length);
        }
        while (state.undo.length > 0) state = editBuffer(state, { type: 'undo' });
        expect(state.text).toBe('');
      }),
    );
  });
});

describe('history', () => {
  const history = ['first', 'second\nline', 'third'].reduce(addEntry, EMPTY_HISTORY);

  it('browses and keeps the draft', () => {
    const up = browse(history, -1, 'draft');
    expect(up?.text).toBe('third');
    const upAgain = up && browse(up.history, -1, 'third, changed');
    expect(upAgain?.text).toBe('second\nline');
    const down = upAgain && browse(upAgain.history, 1, 'second\nline');
    expect(down?.text).toBe('third, changed');
    expect(down && browse(down.history, 1, 'x')?.text).toBe('draft');
    expect(browse(history, 1, '')).toBeNull();
    expect(browse({ ...history, index: 0 }, -1, '')).toBeNull();
  });

  it('skips repeats and blanks', () => {
    expect(addEntry(addEntry(history, 'third'), ' \n').entries).toHaveLength(3);
  });

  it('takes entries of earlier runs while browsing', () => {
    const up = browse(history, -1, 'draft');
    const merged = up && prependEntries(up.history, ['old']);
    expect(merged && browse(merged, 1, 'third')?.text).toBe('draft');
    expect(merged?.entries[0]).toBe('old');
  });

  it('searches backwards, exact when the query has capitals', () => {
    expect(searchBack(history, 'i', 3)).toEqual({ index: 2, text: 'third' });
    expect(searchBack(history, 'i', 2)?.index).toBe(1);
    expect(searchBack(history, 'I', 3)).toBeNull();
    expect(searchBack(history, '', 3)).toBeNull();
  });
});

describe('layOutEditor', () => {
  const options = { width: 12, maxRows: 4, prompt: '> ', continuation: '. ' };
  const rows = (marked: string, more = {}) => {
    const { text, cursor } = buffer(marked);
    const laidOut = layOutEditor({ text, cursor }, { ...options, ...more });
    return { rows: laidOut.rows.map((row) => row.prefix + row.text), ...laidOut.cursor };
  };

  it.each([
    ['|', { rows: ['> '], x: 2, y: 0 }],
    ['日本|', { rows: ['> 日本'], x: 6, y: 0 }],
    ['a\nb|c', { rows: ['> a', '. bc'], x: 3, y: 1 }],
    ['123456789|', { rows: ['> 123456789'], x: 11, y: 0 }],
    ['1234567890|', { rows: ['> 123456789', '  0'], x: 3, y: 1 }],
    ['12345678日|', { rows: ['> 12345678', '  日'], x: 4, y: 1 }],
    ['\t|x', { rows: ['>         x'], x: 10, y: 0 }],
    ['a\u202eb\x1b|', { rows: ['> a\ufffdb\ufffd'], x: 6, y: 0 }],
    ['1\n2\n3\n4\n5|', { rows: ['. 2', '. 3', '. 4', '. 5'], x: 3, y: 3 }],
    ['|1\n2\n3\n4\n5', { rows: ['> 1', '. 2', '. 3', '. 4'], x: 2, y: 0 }],
  ])('%j', (marked, expected) => {
    expect(rows(marked)).toEqual(expected);
  });

  it('shows the cursor deep in a huge text', () => {
    const text = 'x\n'.repeat(100_000);
    const laidOut = layOutEditor({ text, cursor: 100_001 }, options);
    expect(laidOut.rows).toHaveLength(4);
    expect(laidOut.cursor).toEqual({ x: 3, y: 2 });
  });
});
