/** Keys in the file tree and the viewer. */

import type { SessionView } from '../client/session-view.ts';
import { messageOf } from './errors.ts';
import type { Command } from './key-bindings.ts';
import { formatSize, parentOf, type TreeRow, treeRows } from './panes/file-tree.ts';
import type { Panes } from './panes/panes.ts';
import type { ViewStore } from './view-state.ts';

export class FileCommands {
  readonly #session: SessionView;
  readonly #panes: Panes;
  readonly #store: ViewStore;
  /** Which answer is still wanted. */
  #opened = 0;

  constructor(session: SessionView, panes: Panes, store: ViewStore) {
    this.#session = session;
    this.#panes = panes;
    this.#store = store;
  }

  /** Returns false for commands that are not about files. */
  run(command: Command): boolean {
    switch (command) {
      case 'tree-up':
        this.#move(-1);
        return true;
      case 'tree-down':
        this.#move(1);
        return true;
      case 'tree-open':
        this.#open();
        return true;
      case 'tree-expand':
        this.#expand(true);
        return true;
      case 'tree-collapse':
        this.#collapse();
        return true;
      case 'close-viewer':
        this.#opened++;
        this.#store.dispatch({ type: 'view', viewer: null });
        return true;
      default:
        return false;
    }
  }

  #rows(): TreeRow[] {
    return treeRows(this.#session.getSnapshot().files, this.#store.state().expanded);
  }

  /** The selected row; the first one when nothing is selected or it is gone. */
  #selected(rows: readonly TreeRow[]): TreeRow | undefined {
    return rows.find((row) => row.path === this.#store.state().selectedFile) ?? rows[0];
  }

  #move(step: number) {
    const rows = this.#rows();
    const selected = this.#selected(rows);
    const index = selected === undefined ? 0 : rows.indexOf(selected) + step;
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row !== undefined) this.#store.dispatch({ type: 'select-file', path: row.path });
  }

  #expand(open: boolean) {
    const row = this.#selected(this.#rows());
    if (row?.kind === 'directory') this.#store.dispatch({ type: 'expand', path: row.path, open });
  }

  /** Closes a directory; from a file or a closed one goes to the directory above. */
  #collapse() {
    const row = this.#selected(this.#rows());
    if (row === undefined) return;
    if (row.expanded) return this.#expand(false);
    const parent = parentOf(row.path);
    if (parent !== '') this.#store.dispatch({ type: 'select-file', path: parent });
  }

  #open() {
    const row = this.#selected(this.#rows());
    if (row === undefined) return;
    if (row.kind === 'directory') return this.#expand(!row.expanded);
    void this.#view(row.path);
  }

  async #view(path: string) {
    const opened = ++this.#opened;
    this.#store.dispatch({ type: 'view', viewer: { path, message: 'Loading…' } });
    let message: string | null = null;
    try {
      const { text, size } = await this.#session.readFile(path);
      if (opened !== this.#opened) return;
      if (text === null) message = `Not a text file (${formatSize(size)}).`;
      else if (text === '') message = 'The file is empty.';
      else this.#panes.setViewed(text);
    } catch (error) {
      message = messageOf(error);
    }
    if (opened === this.#opened) this.#store.dispatch({ type: 'view', viewer: { path, message } });
  }
}
