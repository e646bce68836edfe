/** A writer's overlay that is opened when it is first used: most inputs touch neither files nor kv. */

import type { FileStore } from '../files/file-store.ts';
import type { Overlay } from '../files/overlay.ts';

export class LazyOverlay {
  readonly #files: FileStore;
  #overlay: Overlay | null = null;

  constructor(files: FileStore) {
    this.#files = files;
  }

  open(): Overlay {
    this.#overlay ??= this.#files.open();
    return this.#overlay;
  }

  /** Null if it was never used: there is nothing to commit. */
  get opened(): Overlay | null {
    return this.#overlay;
  }

  discard(): void {
    this.#overlay?.discard();
  }
}
