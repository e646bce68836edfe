/** Breaks one line into rows of a given width. Each row carries the styles that are on at its start. */

import { applySgr, NO_STYLE, openSgr, type SgrState } from '../../client/sgr.ts';
import { cellWidth, graphemes, isAscii } from './cells.ts';

const TOKEN = /\x1b\[([\d;:]*)m|[^\x1b]+|\x1b/g;

/**
 * `line` is sanitised and has no newline or tab. A wide character that does not fit moves to the next row whole.
 * Rows may leave styles on: who paints them switches styles off behind each row.
 */
export function wrapLine(line: string, width: number): string[] {
  const columns = Math.max(1, width);
  if (isAscii(line)) return wrapAscii(line, columns);
  const rows: string[] = [];
  let style: SgrState = NO_STYLE;
  let row = '';
  let used = 0;
  const put = (text: string, cells: number) => {
    if (used + cells > columns && used > 0) {
      rows.push(row);
      row = openSgr(style);
      used = 0;
    }
    row += text;
    used += cells;
  };
  for (const [token, parameters] of line.matchAll(TOKEN)) {
    if (parameters !== undefined) {
      style = applySgr(style, parameters);
      row += token;
    } else if (isAscii(token)) {
      for (let at = 0; at < token.length; ) {
        const part = token.slice(at, at + (used >= columns ? columns : columns - used));
        put(part, part.length);
        at += part.length;
      }
    } else if (token !== '\x1b') {
      for (const grapheme of graphemes(token)) {
        const cells = cellWidth(grapheme);
        // A base with many spacing marks is one grapheme of any width: it must not push other panes away.
        if (cells <= 2) put(grapheme, Math.min(columns, cells));
        else for (const point of grapheme) put(point, Math.min(columns, cellWidth(point)));
      }
    }
  }
  rows.push(row);
  return rows;
}

function wrapAscii(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const rows: string[] = [];
  for (let at = 0; at < line.length; at += columns) rows.push(line.slice(at, at + columns));
  return rows;
}
