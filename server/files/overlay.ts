/**
 * One writer's private overlay: its files and keys above the head, until they are committed as one revision or discarded.
 * Several may be open at once.
 */

import { BlobWriter, type Ids } from './blobs.ts';
import { type FileChange, FileCommit } from './file-commit.ts';
import { FileOverlay } from './file-overlay.ts';
import { KeyOverlay } from './kv-store.ts';
import type { Quota, Tally } from './quota.ts';
import { addUsage, advanceHead, headOf } from './state.ts';
import type { Writer } from './writer.ts';

export interface Committed {
  readonly changes: readonly FileChange[];
  /** Keys that were set or deleted. */
  readonly keys: readonly string[];
  /** Paths and keys that someone else had changed since the overlay was opened, where this commit had its way. */
  readonly conflicts: { readonly paths: readonly string[]; readonly keys: readonly string[] };
}

/** What an overlay needs of the store that opened it. */
export interface OverlayStore {
  readonly quota: Quota;
  readonly blobIds: Ids;
  readonly fileIds: Ids;
  /** The overlays that are open, this one included. */
  readonly overlays: Set<Overlay>;
}

export class Overlay {
  readonly files: FileOverlay;
  readonly kv: KeyOverlay;
  /** The head when it was opened. */
  readonly opened: number;
  readonly #store: OverlayStore;
  readonly #writer: Writer;
  readonly #blobs: BlobWriter;
  readonly #tally: Tally;
  readonly #onClose: (() => void)[] = [];
  readonly #alongside: ((revision: number) => void)[] = [];

  constructor(store: OverlayStore, source: Pick<Writer, 'db' | 'now'>) {
    this.#store = store;
    this.opened = headOf(source.db);
    this.#blobs = new BlobWriter(source.db, store.blobIds);
    this.#tally = store.quota.open();
    const { db } = source;
    this.#writer = { db, opened: this.opened, blobs: this.#blobs, tally: this.#tally, now: () => source.now() };
    this.files = new FileOverlay(this.#writer);
    this.kv = new KeyOverlay(this.#writer);
    store.overlays.add(this);
  }

  /** False once it was committed or discarded. */
  get isOpen(): boolean {
    return this.#store.overlays.has(this);
  }

  /** Calls `action` when the overlay is committed or discarded. */
  onClose(action: () => void): void {
    this.#onClose.push(action);
  }

  /** Calls `action` in the transaction of the commit: what it writes is kept if and only if the revision is. */
  alongside(action: (revision: number) => void): void {
    this.#alongside.push(action);
  }

  /** The smallest id of a blob that this overlay wrote ahead; infinity if it wrote none. */
  get oldestBlob(): number {
    return this.#blobs.oldest;
  }

  /**
   * Makes what was written part of `revision`, which must be newer than the head. Runs inside the caller's transaction;
   * should that fail afterwards, nothing of the commit stays and the caller calls `discard`. The overlay is used up.
   */
  commit(revision: number): Committed {
    const { db } = this.#writer;
    const head = headOf(db);
    if (revision <= head) throw new Error(`Revision ${revision} is not newer than the head, ${head}.`);
    this.#blobs.flush();
    const files = new FileCommit(this.#writer, this.files.touched, this.#store.fileIds, revision);
    files.run();
    const keys = this.kv.commit(revision);
    for (const action of this.#alongside) action(revision);
    this.#blobs.dropUnused();
    this.#close();
    const { changes } = files;
    if (changes.length > 0 || keys.changed.length > 0) {
      const marks = { swept: this.#firstUnsettledBlob(), nextFile: this.#store.fileIds.next };
      advanceHead(db, revision, addUsage(files.usage, keys.usage), marks);
    }
    return { changes, keys: keys.changed, conflicts: { paths: files.conflicts, keys: keys.conflicts } };
  }

  /** Drops what was written and not committed. Harmless when there is nothing to drop. */
  discard(): void {
    this.#close();
    this.#blobs.discard();
  }

  #close(): void {
    this.#store.overlays.delete(this);
    this.#store.quota.close(this.#tally);
    for (const action of this.#onClose.splice(0)) action();
  }

  #firstUnsettledBlob(): number {
    return Math.min(this.#store.blobIds.next, ...[...this.#store.overlays].map((overlay) => overlay.oldestBlob));
  }
}
