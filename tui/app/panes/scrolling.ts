/** Windows on numbered rows. Pure. */

/** Rows that keep their numbers while older ones are dropped. */
export interface NumberedRows {
  readonly start: number;
  readonly end: number;
  slice(from: number, to: number): string[];
}

/** The rows to show in `height` rows: from `top`, or the last ones when it is null. */
export function windowOf(rows: NumberedRows, top: number | null, height: number): string[] {
  const first = firstRow(rows, top, height);
  return rows.slice(first, first + height);
}

/** The row that stands first when `top` is wanted. */
function firstRow(rows: NumberedRows, top: number | null, height: number): number {
  const last = Math.max(rows.start, rows.end - height);
  return top === null ? last : Math.max(rows.start, Math.min(top, last));
}

/** The new top after moving by `delta` rows; null at the end, which then is followed. */
export function scrolled(rows: NumberedRows, top: number | null, height: number, delta: number): number | null {
  const wanted = Math.max(rows.start, firstRow(rows, top, height) + delta);
  return wanted + height >= rows.end ? null : wanted;
}
