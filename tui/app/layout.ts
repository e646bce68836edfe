/** Where everything stands on a screen of a given size. Pure. */

export const MIN_COLUMNS = 20;
export const MIN_ROWS = 5;

/** Narrower or lower screens show one pane at a time. */
export const SIDE_FROM_COLUMNS = 72;
const SIDE_FROM_ROWS = 10;
/** Lower screens have no room for variables. */
export const VARIABLES_FROM_ROWS = 16;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type PaneName = 'repl' | 'files' | 'log';

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** The REPL: blocks, and the editor below them. Null while another pane takes its place. */
  readonly repl: Rect | null;
  /** The read-only file viewer, under its title. */
  readonly viewer: Rect | null;
  readonly files: Rect | null;
  readonly log: Rect | null;
  /** Between files and log; null where they are not wanted, or there is no room. */
  readonly variables: Rect | null;
  /** The column of the line between the main area and the side; null without a side. */
  readonly divider: number | null;
}

/** Null when the screen is too small to be used. Each of viewer, files, variables and log has a title row above its rectangle. */
export function layOut(
  size: { readonly columns: number; readonly rows: number },
  show: { readonly focus: PaneName; readonly viewer: boolean; readonly variables: boolean },
): Layout | null {
  const { columns, rows } = size;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return null;
  const height = rows - 1;
  if (columns < SIDE_FROM_COLUMNS || rows < SIDE_FROM_ROWS) {
    const below = { x: 0, y: 1, width: columns, height: height - 1 };
    const single = show.viewer ? 'viewer' : show.focus;
    return {
      columns,
      rows,
      repl: single === 'repl' ? { x: 0, y: 0, width: columns, height } : null,
      viewer: single === 'viewer' ? below : null,
      files: single === 'files' ? below : null,
      log: single === 'log' ? below : null,
      variables: null,
      divider: null,
    };
  }
  const sideWidth = Math.min(60, Math.max(26, Math.floor(columns * 0.35)));
  const divider = columns - sideWidth - 1;
  const x = divider + 1;
  const hasVariables = show.variables && rows >= VARIABLES_FROM_ROWS;
  const filesHeight = Math.max(3, Math.floor((height - 2) * (hasVariables ? 0.25 : 0.4)));
  const variablesHeight = hasVariables ? Math.max(3, Math.floor((height - 3) * 0.4)) : 0;
  const logY = filesHeight + 2 + (hasVariables ? variablesHeight + 1 : 0);
  return {
    columns,
    rows,
    repl: show.viewer ? null : { x: 0, y: 0, width: divider - 1, height },
    viewer: show.viewer ? { x: 0, y: 1, width: divider - 1, height: height - 1 } : null,
    files: { x, y: 1, width: sideWidth, height: filesHeight },
    variables: hasVariables ? { x, y: filesHeight + 2, width: sideWidth, height: variablesHeight } : null,
    log: { x, y: logY, width: sideWidth, height: height - logY },
    divider,
  };
}
