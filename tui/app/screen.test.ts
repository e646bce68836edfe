/** What is written to the terminal: the rows that changed. */

import { beforeEach, describe, expect, it } from 'vitest';
import { Screen } from './screen.ts';
import { XtermTerminal } from './testing/xterm-terminal.ts';

let terminal: XtermTerminal;
let screen: Screen;

beforeEach(() => {
  terminal = new XtermTerminal(12, 3);
  screen = new Screen(terminal, { color: true });
});

/** What one paint wrote. */
function written(paint: () => void): string {
  const before = terminal.written.length;
  paint();
  return terminal.written.slice(before);
}

describe('Screen', () => {
  it('writes only rows that changed, inside synchronized output', async () => {
    screen.setFrame('one\ntwo\nthree');
    screen.paint([], { x: 1, y: 1 });
    screen.setFrame('one\n2\nthree');
    const out = written(() => screen.paint([], { x: 1, y: 1 }));
    expect(out).toBe('\x1b[?2026h\x1b[?25l\x1b[2;1H2\x1b[0m\x1b[K\x1b[2;2H\x1b[?25h\x1b[?2026l');
    expect(written(() => screen.paint([], { x: 1, y: 1 }))).toBe('');
    await terminal.flush();
    expect(terminal.lines()).toEqual(['one', '2', 'three']);
    expect(terminal.cursor()).toEqual({ x: 1, y: 1 });
  });

  it('fills the last column and the last row without scrolling or losing a cell', async () => {
    screen.setFrame('abcdefghijkl\nabcdefghij日\nABCDEFGHIJKL');
    screen.paint([], null);
    await terminal.flush();
    expect(terminal.lines()).toEqual(['abcdefghijkl', 'abcdefghij日', 'ABCDEFGHIJKL']);
  });

  it('paints panes over the frame row by row, and only what changed in them', async () => {
    screen.setFrame('[          ]\n[          ]\nend');
    screen.paint([{ x: 1, y: 0, width: 10, rows: ['日本', '\x1b[31mred'] }], null);
    await terminal.flush();
    expect(terminal.lines()).toEqual(['[日本      ]', '[red       ]', 'end']);
    const out = written(() => screen.paint([{ x: 1, y: 0, width: 10, rows: ['日', '\x1b[31mred'] }], null));
    expect(out).not.toContain('red');
    expect(out).not.toContain('[ ');
    await terminal.flush();
    expect(terminal.lines()[0]).toBe('[日        ]');
  });

  it('shows the frame again where a pane moved away', async () => {
    screen.setFrame('aaa\nbbb\nccc');
    screen.paint([{ x: 0, y: 0, width: 12, rows: ['x', 'y'] }], null);
    screen.paint([{ x: 0, y: 1, width: 12, rows: ['x'] }], null);
    await terminal.flush();
    expect(terminal.lines().map((line) => line.trimEnd())).toEqual(['aaa', 'x', 'ccc']);
  });

  it('writes everything after invalidate', async () => {
    screen.setFrame('a\nb\nc');
    screen.paint([], null);
    terminal.xterm.reset();
    screen.invalidate();
    screen.paint([], null);
    await terminal.flush();
    expect(terminal.lines()).toEqual(['a', 'b', 'c']);
  });
});
