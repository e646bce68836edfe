/**
 * Writes the screen: the frame that Ink renders, panes painted over it, and the real cursor.
 *
 * What is already there is not written again: the frame is compared row by row, each pane's row by itself. Updates are
 * wrapped in synchronized output, so that a terminal shows none of them half done.
 */

import { withoutColor } from '../client/sgr.ts';
import type { Terminal } from './terminal.ts';
import { cellWidth } from './text/cells.ts';

/** Rows painted straight onto the screen. A row must fit `width`; what it leaves is filled with spaces. */
export interface Pane {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly rows: readonly string[];
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

interface ShownRow {
  /** The frame's row and where panes cover it. */
  readonly base: string;
  readonly covers: string;
  readonly parts: readonly string[];
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

const moveTo = (x: number, y: number) => `\x1b[${y + 1};${x + 1}H`;

export class Screen {
  readonly #terminal: Terminal;
  readonly #color: boolean;
  #frame: readonly string[] = [];
  #shown: ShownRow[] = [];
  #cursor = '';
  #clear = true;

  constructor(terminal: Terminal, options: { readonly color: boolean }) {
    this.#terminal = terminal;
    this.#color = options.color;
  }

  /** The frame that the next `paint` shows: one line a row. */
  setFrame(frame: string): void {
    this.#frame = frame.split('\n');
  }

  /** The screen's contents are unknown: the next `paint` writes everything. */
  invalidate(): void {
    this.#clear = true;
  }

  /** @param cursor where the person types; null hides the cursor */
  paint(panes: readonly Pane[], cursor: Position | null): void {
    const { rows } = this.#terminal;
    if (this.#clear) this.#shown = [];
    let out = this.#clear ? '\x1b[0m\x1b[2J' : '';
    this.#clear = false;
    for (let y = 0; y < rows; y++) {
      const over = panes.filter((pane) => y >= pane.y && y < pane.y + pane.rows.length);
      out += this.#row(y, over);
    }
    if (!this.#color) out = withoutColor(out);
    const place = cursor === null ? HIDE_CURSOR : moveTo(cursor.x, cursor.y) + SHOW_CURSOR;
    if (out === '' && place === this.#cursor) return;
    this.#cursor = place;
    this.#terminal.write(`\x1b[?2026h${HIDE_CURSOR}${out}${place}\x1b[?2026l`);
  }

  #row(y: number, panes: readonly Pane[]): string {
    const { columns } = this.#terminal;
    const base = this.#frame[y] ?? '';
    const covers = panes.map((pane) => `${pane.x}+${pane.width}`).join(' ');
    const parts = panes.map((pane) => pane.rows[y - pane.y] ?? '');
    const shown = this.#shown[y];
    const same = shown !== undefined && shown.base === base && shown.covers === covers;
    if (same && parts.every((part, index) => part === shown.parts[index])) return '';
    this.#shown[y] = { base, covers, parts };
    let out = '';
    if (!same) out += `${moveTo(0, y)}${base}\x1b[0m${cellWidth(base) < columns ? '\x1b[K' : ''}`;
    for (const [index, pane] of panes.entries()) {
      const part = parts[index] ?? '';
      if (same && part === shown.parts[index]) continue;
      const space = Math.max(0, pane.width - cellWidth(part));
      out += `${moveTo(pane.x, y)}${part}\x1b[0m${' '.repeat(space)}`;
    }
    return out;
  }
}
