/** Where everything stands on a screen of a given size. Pure. */

export const MIN_COLUMNS = 20;
export const MIN_ROWS = 5;

/** Narrower or lower screens show one pane at a time. */
const SIDE_FROM_COLUMNS = 72;
const SIDE_FROM_ROWS = 10;

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
  /** The column of the line between the main area and the side; null without a side. */
  readonly divider: number | null;
}

/** Null when the screen is too small to be used. Each of viewer, files and log has a title row above its rectangle. */
export function layOut(
  size: { readonly columns: number; readonly rows: number },
  show: { readonly focus: PaneName; readonly viewer: boolean },
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
      divider: null,
    };
  }
  const sideWidth = Math.min(60, Math.max(26, Math.floor(columns * 0.35)));
  const divider = columns - sideWidth - 1;
  const filesHeight = Math.max(3, Math.floor((height - 2) * 0.4));
  const x = divider + 1;
  return {
    columns,
    rows,
    repl: show.viewer ? null : { x: 0, y: 0, width: divider - 1, height },
    viewer: show.viewer ? { x: 0, y: 1, width: divider - 1, height: height - 1 } : null,
    files: { x, y: 1, width: sideWidth, height: filesHeight },
    log: { x, y: filesHeight + 2, width: sideWidth, height: height - filesHeight - 2 },
    divider,
  };
}
