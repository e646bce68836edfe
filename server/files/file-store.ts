/** The revisioned files and keys of one session: opens overlays, views, goes back and prunes. */

import type { Database } from '../database.ts';
import { dropUnreferencedBlobs, formerBytes, formerLargeBytes, highestBlob } from './blobs.ts';
import type { FileChange } from './file-commit.ts';
import { changesBetween, pruneRevisions, restoreRevision, type TouchedBy, touchedPaths } from './history.ts';
import { KeyView } from './kv-store.ts';
import { Overlay, type OverlayStore } from './overlay.ts';
import { Quota, type Tally } from './quota.ts';
import type { Point } from './rows.ts';
import { headOf, marksOf, type Usage, usageOf } from './state.ts';
import { FileView } from './view.ts';

export class FileStore {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #overlays: OverlayStore;

  /** Over tables made by `createFileTables`. Drops what writers of an earlier process left uncommitted. One per database. */
  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
    const { swept, nextFile } = marksOf(db);
    dropUnreferencedBlobs(db, swept);
    this.#overlays = {
      quota: new Quota(db),
      blobIds: { next: Math.max(swept, highestBlob(db) + 1) },
      fileIds: { next: nextFile },
      overlays: new Set(),
    };
  }

  /** The last revision that changed a file or key; 0 before the first. */
  get head(): number {
    return headOf(this.#db);
  }

  /** What the head holds. */
  get usage(): Usage {
    return usageOf(this.#db);
  }

  /** A private overlay for one writer, to be committed or discarded. */
  open(): Overlay {
    return new Overlay(this.#overlays, { db: this.#db, now: this.#now });
  }

  /** Room for what is on its way and in no overlay yet: it grows within the limits, until `release`. */
  reserve(): Tally {
    return this.#overlays.quota.open();
  }

  release(reserved: Tally): void {
    this.#overlays.quota.close(reserved);
  }

  /** The committed state of a kept revision or of the head, to be read only. */
  view(point: Point): { readonly files: FileView; readonly kv: KeyView } {
    return { files: new FileView(this.#db, point), kv: new KeyView(this.#db, point) };
  }

  /** Which paths each revision from `first` on wrote or removed. */
  touchedSince(first: number): ReadonlyMap<number, TouchedBy> {
    return touchedPaths(this.#db, first);
  }

  /** How the files of one kept revision differ from those of another. */
  changes(from: number, to: number): FileChange[] {
    return changesBetween(this.#db, from, to);
  }

  /** Bytes of the contents that the head no longer has, and `revision` or a later one had. Without large files in R2. */
  formerBytes(revision: number): number {
    return formerBytes(this.#db, revision);
  }

  /** The same, of large files in R2. */
  formerLargeBytes(revision: number): number {
    return formerLargeBytes(this.#db, revision);
  }

  /** See `restoreRevision`. */
  restore(from: number, revision: number): FileChange[] {
    return restoreRevision(this.#db, from, revision);
  }

  /**
   * Lets go of all revisions below the head but those in `kept` (ascending). What open overlays may still read stays.
   * Runs inside the caller's transaction.
   */
  prune(kept: readonly number[]): void {
    const opened = [...this.#overlays.overlays].map((overlay) => overlay.opened);
    pruneRevisions(this.#db, kept, Math.min(this.head, ...opened));
  }
}
