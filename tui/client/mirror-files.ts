/** The file entries of the session mirror: a listing, kept up to date by file events. */

import type { EventBody } from '../../protocol/events.ts';
import type { FileEntry } from './session-view.ts';

export class MirrorFiles {
  readonly #entries = new Map<string, FileEntry>();
  /** Revision of the listing: older events are part of it. */
  #revision = 0;
  #view: readonly FileEntry[] | null = [];

  get isChanged(): boolean {
    return this.#view === null;
  }

  view(): readonly FileEntry[] {
    this.#view ??= [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return this.#view;
  }

  isFile(path: string): boolean {
    return this.#entries.get(path)?.kind === 'file';
  }

  /** A whole listing as of `revision`. */
  replace(
    entries: readonly (readonly [path: string, kind: FileEntry['kind'], size: number])[],
    revision: number,
  ): void {
    this.#entries.clear();
    for (const [path, kind, size] of entries) this.#entries.set(path, { path, kind, size });
    this.#revision = revision;
    this.#view = null;
  }

  apply({ revision, changes }: EventBody<'files'>): void {
    if (revision <= this.#revision) return;
    for (const [path, change, kind, size] of changes) {
      if (change === 'removed') this.#entries.delete(path);
      else this.#entries.set(path, { path, kind, size });
    }
    this.#view = null;
  }
}
