/** Lays the edited text out in rows with a prompt, and says where the cursor stands. */

import { cellWidth, graphemes, tabSpaces } from '../text/cells.ts';

interface EditorRow {
  /** The prompt or the indent of a continued line. */
  readonly prefix: string;
  readonly text: string;
}

export interface EditorRows {
  readonly rows: readonly EditorRow[];
  readonly cursor: { readonly x: number; readonly y: number };
}

/** Shown instead of characters that a terminal would act on or reorder. */
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * At most `maxRows` rows of `width` cells that contain the cursor. Only lines near the cursor are laid out, so that a
 * huge paste stays quick to edit.
 */
export function layOutEditor(
  input: { readonly text: string; readonly cursor: number },
  options: { readonly width: number; readonly maxRows: number; readonly prompt: string; readonly continuation: string },
): EditorRows {
  const { text, cursor } = input;
  const lines = text.split('\n');
  let line = 0;
  let lineFrom = 0;
  for (; lineFrom + (lines[line] ?? '').length < cursor; line++) lineFrom += (lines[line] ?? '').length + 1;

  const first = Math.max(0, line - options.maxRows);
  const rows: EditorRow[] = [];
  let place = { x: 0, y: 0 };
  for (let index = first; index <= Math.min(lines.length - 1, line + options.maxRows); index++) {
    const prefix = index === 0 ? options.prompt : options.continuation;
    const wrapped = wrapEditorLine(
      lines[index] ?? '',
      options.width - cellWidth(prefix),
      index === line ? cursor - lineFrom : null,
    );
    if (wrapped.cursor !== null) place = { x: cellWidth(prefix) + wrapped.cursor.x, y: rows.length + wrapped.cursor.y };
    const indent = ' '.repeat(cellWidth(prefix));
    for (const [at, row] of wrapped.rows.entries()) rows.push({ prefix: at === 0 ? prefix : indent, text: row });
  }
  const top = Math.max(0, Math.min(place.y - Math.floor(options.maxRows / 2), rows.length - options.maxRows));
  return { rows: rows.slice(top, top + options.maxRows), cursor: { x: place.x, y: place.y - top } };
}

function wrapEditorLine(line: string, width: number, cursor: number | null) {
  const columns = Math.max(2, width);
  const rows: string[] = [];
  let row = '';
  let used = 0;
  let at = 0;
  let place: { x: number; y: number } | null = null;
  for (const grapheme of graphemes(line)) {
    let shown = grapheme === '\t' ? tabSpaces(used) : grapheme.replace(UNSAFE, '\ufffd');
    if (cellWidth(shown) === 0) shown = '\ufffd';
    // The last column stays free for the cursor behind the text.
    if (used + cellWidth(shown) > columns - 1 && used > 0) {
      rows.push(row);
      row = '';
      used = 0;
    }
    if (at === cursor) place = { x: used, y: rows.length };
    row += shown;
    used += cellWidth(shown);
    at += grapheme.length;
  }
  if (cursor !== null && place === null) place = { x: used, y: rows.length };
  rows.push(row);
  return { rows, cursor: place };
}
