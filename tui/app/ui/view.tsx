/** Draws the whole screen from the view state and the session's snapshot. */

import { type Instance, render } from 'ink';
import type { ReactElement } from 'react';
import type { SessionSnapshot } from '../../client/session-view.ts';
import { type Layout, layOut, MIN_COLUMNS, MIN_ROWS } from '../layout.ts';
import { treeRows } from '../panes/file-tree.ts';
import type { Panes } from '../panes/panes.ts';
import { type Position, Screen } from '../screen.ts';
import type { Terminal } from '../terminal.ts';
import { dim } from '../theme.ts';
import type { ViewState } from '../view-state.ts';
import { Frame, TooSmall } from './frame.tsx';
import {
  editorModel,
  type FrameModel,
  fileRows,
  logTitle,
  type MainModel,
  statusLine,
  title,
  variableRows,
  viewerTitle,
} from './frame-model.ts';
import { inkStreams } from './ink-streams.ts';

export class View {
  readonly #terminal: Terminal;
  readonly #panes: Panes;
  readonly #screen: Screen;
  readonly #streams: ReturnType<typeof inkStreams>;
  #ink: Instance | null = null;
  #shown = '';

  constructor(terminal: Terminal, panes: Panes, options: { readonly color: boolean }) {
    this.#terminal = terminal;
    this.#panes = panes;
    this.#screen = new Screen(terminal, options);
    this.#streams = inkStreams(terminal, (frame) => this.#screen.setFrame(frame));
  }

  draw(state: ViewState, snapshot: SessionSnapshot): void {
    const { columns, rows } = this.#terminal;
    const layout = layOut(
      { columns, rows },
      { focus: state.focus, viewer: state.viewer !== null, variables: state.watched !== null },
    );
    if (layout === null) {
      const text = `Too small: ${columns}x${rows}, needs ${MIN_COLUMNS}x${MIN_ROWS}.`;
      this.#render({ columns, rows, text }, <TooSmall columns={columns} rows={rows} text={text} />);
      this.#screen.paint([], null);
      return;
    }
    this.#panes.sync(state, snapshot, layout);
    const { main, cursor } = this.#main(state, snapshot, layout);
    const model: FrameModel = {
      columns,
      rows,
      main,
      side: layout.divider === null ? null : side(state, snapshot, layout),
      status: statusLine(snapshot.status, state, columns),
    };
    this.#render(model, <Frame model={model} />);
    this.#screen.paint(this.#panes.paint(state, layout, main.blank), cursor);
  }

  /** Everything is written again with the next `draw`: after a resize, or when something else wrote to the screen. */
  invalidate(): void {
    this.#shown = '';
    this.#screen.invalidate();
  }

  close(): void {
    this.#ink?.unmount();
  }

  #main(state: ViewState, snapshot: SessionSnapshot, layout: Layout): { main: MainModel; cursor: Position | null } {
    const width = layout.divider ?? layout.columns;
    if (layout.viewer !== null)
      return { main: { width, blank: 0, rows: [viewerTitle(state, snapshot, width)] }, cursor: null };
    if (layout.repl === null) return { main: { width, blank: 0, rows: single(state, snapshot, layout) }, cursor: null };
    const { height } = layout.repl;
    const editor = editorModel(state, snapshot, width, height);
    const blank = this.#panes.transcriptHeight(height - editor.rows.length);
    const cursor = state.focus === 'repl' ? { x: editor.cursor.x, y: blank + editor.cursor.y } : null;
    return { main: { width, blank, rows: editor.rows }, cursor };
  }

  /** Ink renders synchronously into the screen; a frame like the last one costs nothing. */
  #render(model: object, element: ReactElement) {
    const signature = JSON.stringify(model);
    if (signature === this.#shown) return;
    this.#shown = signature;
    if (this.#ink === null)
      this.#ink = render(element, { ...this.#streams, debug: true, patchConsole: false, exitOnCtrlC: false });
    else this.#ink.rerender(element);
  }
}

function side(state: ViewState, snapshot: SessionSnapshot, layout: Layout) {
  const width = layout.files?.width ?? 0;
  const height = layout.files?.height ?? 0;
  const files = filled(fileRows(treeRows(snapshot.files, state.expanded), state, width, height), height);
  const { variables } = layout;
  const watched =
    variables === null
      ? []
      : [
          title('Variables', width, false),
          ...filled(variableRows(state.watched ?? [], width, variables.height), variables.height),
        ];
  const log = logTitle(state, layout);
  const hint = snapshot.log.length === 0 ? [dim(' output of programs, other terminals')] : [];
  return { width, rows: [title('Files', width, state.focus === 'files'), ...files, ...watched, log, ...hint] };
}

function filled(rows: readonly string[], height: number): string[] {
  return [...rows, ...Array.from({ length: Math.max(0, height - rows.length) }, () => '')];
}

/** The files or log pane in place of the REPL, on a narrow screen. */
function single(state: ViewState, snapshot: SessionSnapshot, layout: Layout): string[] {
  if (layout.log !== null) return [logTitle(state, layout)];
  const { width, height } = layout.files ?? { width: 0, height: 0 };
  return [
    title('Files · Esc: back', width, true),
    ...fileRows(treeRows(snapshot.files, state.expanded), state, width, height),
  ];
}
