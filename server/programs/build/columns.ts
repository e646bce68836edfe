/** Where the columns of a source went when it was built. Lines stay where they are. */

/**
 * By line, counted from 1: `[column in the built code, column in the source]`, counted from 0 and in order. From each
 * pair on, to the next, columns are apart by the same difference; before the first, and on other lines, by none.
 */
export type Columns = Readonly<Record<number, readonly (readonly [number, number])[]>>;

/** The column of the source, counted from 0. guest/stack.guest.js does the same. */
export function sourceColumn(columns: Columns, line: number, column: number): number {
  const move = columns[line]?.findLast(([built]) => built <= column);
  return move === undefined ? column : column + move[1] - move[0];
}
