/** The panes that are painted past Ink: the transcript, the log and the file viewer, as rows for the current layout. */

import { sanitizeText } from '../../client/sanitize.ts';
import type { SessionSnapshot } from '../../client/session-view.ts';
import type { Layout, Rect } from '../layout.ts';
import type { Pane } from '../screen.ts';
import { RowBuffer } from '../text/row-buffer.ts';
import { dim } from '../theme.ts';
import type { ViewState } from '../view-state.ts';
import { LogRows } from './log-rows.ts';
import { type NumberedRows, scrolled, windowOf } from './scrolling.ts';
import { Transcript } from './transcript.ts';

/** Lines of a file that the viewer shows. */
const MAX_VIEWER_LINES = 200_000;

export type ScrollPane = 'repl' | 'log' | 'viewer';

export class Panes {
  readonly #transcript = new Transcript();
  readonly #log = new LogRows();
  #viewer = new RowBuffer(80, MAX_VIEWER_LINES);
  #columns = 80;
  #heights: Record<ScrollPane, number> = { repl: 1, log: 1, viewer: 1 };

  /** Brings all rows up to date. */
  sync(state: ViewState, snapshot: SessionSnapshot, layout: Layout): void {
    if (layout.repl !== null) {
      this.#columns = layout.repl.width;
      const { waiting, notices, clearedThrough } = state;
      this.#transcript.sync({ blocks: snapshot.blocks, waiting, notices, clearedThrough }, layout.repl.width);
    }
    if (layout.log !== null) {
      this.#log.sync(snapshot.log, layout.log.width);
      this.#heights.log = layout.log.height;
    }
    if (layout.viewer !== null) {
      this.#viewer.resize(layout.viewer.width);
      this.#heights.viewer = layout.viewer.height;
    }
  }

  /** The contents for the viewer. */
  setViewed(text: string): void {
    this.#viewer = new RowBuffer(this.#viewer.width, MAX_VIEWER_LINES);
    this.#viewer.write(sanitizeText(text));
  }

  /** Of the transcript. */
  get columns(): number {
    return this.#columns;
  }

  /** How many rows the transcript takes of at most `height`; what is left goes to the editor. */
  transcriptHeight(height: number): number {
    this.#heights.repl = Math.max(1, height);
    return Math.max(0, Math.min(height, this.#transcript.end - this.#transcript.start));
  }

  /** What to paint. */
  paint(state: ViewState, layout: Layout, transcriptHeight: number): Pane[] {
    const panes: Pane[] = [];
    if (layout.repl !== null)
      panes.push(pane({ ...layout.repl, height: transcriptHeight }, this.#transcript, state.scroll.repl));
    if (layout.log !== null) panes.push(pane(layout.log, this.#log, state.scroll.log));
    if (layout.viewer !== null && state.viewer !== null) {
      const { message } = state.viewer;
      if (message === null) panes.push(pane(layout.viewer, this.#viewer, state.scroll.viewer));
      else panes.push({ ...layout.viewer, rows: [dim(message)] });
    }
    return panes;
  }

  /** The top row of a pane after moving by lines, by pages or all the way. */
  scroll(
    state: ViewState,
    name: ScrollPane,
    by: { readonly lines: number } | { readonly pages: number },
  ): number | null {
    const height = this.#heights[name];
    const delta = 'lines' in by ? by.lines : by.pages * Math.max(1, height - 1);
    return scrolled(this.#rows(name), state.scroll[name], height, delta);
  }

  #rows(name: ScrollPane): NumberedRows {
    if (name === 'log') return this.#log;
    return name === 'viewer' ? this.#viewer : this.#transcript;
  }
}

function pane(rect: Rect, rows: NumberedRows, top: number | null): Pane {
  const shown = windowOf(rows, top, rect.height);
  return {
    x: rect.x,
    y: rect.y,
    width: rect.width,
    rows: Array.from({ length: rect.height }, (_, y) => shown[y] ?? ''),
  };
}
