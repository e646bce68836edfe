/** How text fills terminal cells: graphemes, their widths, tabs. */

import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Printable ASCII: one cell a character. */
const ASCII = /^[\x20-\x7e]*$/;
const TAB_STOP = 8;

export const isAscii = (text: string): boolean => ASCII.test(text);

/** What a person sees as the characters of `text`. */
export function graphemes(text: string): string[] {
  return isAscii(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Cells that `text` takes; escape sequences take none. */
export function cellWidth(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text);
}

/** Spaces from `column` to the next tab stop. */
export function tabSpaces(column: number): string {
  return ' '.repeat(TAB_STOP - (column % TAB_STOP));
}

/** `line` with its tabs as spaces. */
export function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  const [first = '', ...rest] = line.split('\t');
  return rest.reduce((out, part) => out + tabSpaces(cellWidth(out)) + part, first);
}

/** The beginning of `text` (no escape sequences) that fits `width` cells, with an ellipsis where something is left out. */
export function truncate(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  let out = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    const next = used + cellWidth(grapheme);
    if (next > width - 1) break;
    out += grapheme;
    used = next;
  }
  return width > 0 ? `${out}…` : '';
}

/** `text` (no escape sequences), cut or filled with spaces to exactly `width` cells. */
export function fitExactly(text: string, width: number): string {
  const fitted = truncate(text, width);
  return fitted + ' '.repeat(Math.max(0, width - cellWidth(fitted)));
}
