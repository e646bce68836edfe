/** Breaks one line of prose into rows between its words. Each row carries the styles that are on at its start. */

import { applySgr, NO_STYLE, openSgr, SGR_PATTERN, type SgrState } from '../../client/sgr.ts';
import { cellWidth, isAscii } from './cells.ts';
import { wrapLine } from './wrap.ts';

const TOKEN = /\x1b\[([\d;:]*)m| +|[^\x1b ]+|\x1b/g;
/** What later rows are set in by may leave no fewer cells than this for their words. */
const MIN_ROOM = 12;

/**
 * `line` is as `wrapLine` takes it. Spaces at a break are dropped; a word that no row has room for is broken as
 * `wrapLine` does. Rows after the first are set in by `hang` cells, where that leaves room for words.
 */
export function wrapWords(line: string, width: number, hang = 0): string[] {
  const plain = line.replace(SGR_PATTERN, '');
  if (isAscii(plain) && plain.length <= width) return [line];
  const indent = hang + MIN_ROOM <= width ? hang : Math.max(0, Math.min(2, hang, width - 2));
  const rows: string[] = [];
  let style: SgrState = NO_STYLE;
  let row = '';
  let used = 0;
  /** Spaces and styles since the last word. */
  let between = '';
  let spaces = 0;
  const breakRow = () => {
    rows.push(row);
    row = ' '.repeat(indent) + openSgr(style);
    used = indent;
  };
  const put = (word: string, cells: number) => {
    row += word;
    used += cells;
  };
  for (const [token, parameters] of line.matchAll(TOKEN)) {
    if (parameters !== undefined) {
      style = applySgr(style, parameters);
      between += token;
    } else if (token.startsWith(' ')) {
      spaces += token.length;
      between += token;
    } else if (token !== '\x1b') {
      const cells = cellWidth(token);
      if (used + spaces + cells <= width) put(between + token, spaces + cells);
      else {
        if (used > indent || spaces > 0) breakRow();
        else row += between;
        for (const [at, piece] of wrapLine(token, width - indent).entries()) {
          if (at > 0) breakRow();
          put(piece, cellWidth(piece));
        }
      }
      between = '';
      spaces = 0;
    }
  }
  rows.push(row + between.replace(/ /g, ''));
  return rows;
}

/** Where the second column of a row of a table begins, in cells; else how far the line is set in. */
export function hangOf(line: string): number {
  const plain = line.replace(SGR_PATTERN, '');
  return cellWidth((/^\S.*? {2,}(?=\S)/.exec(plain) ?? /^ */.exec(plain))?.[0] ?? '');
}
