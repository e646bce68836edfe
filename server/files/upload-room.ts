/** The room in the session that uploads take before they are files: as much as was announced, or as has come. */

import type { FileStore } from './file-store.ts';
import { maxSqliteFileBytes } from './limits.ts';
import type { Tally } from './quota.ts';
import { noUsage, type Usage } from './state.ts';

export class UploadRoom {
  readonly #store: FileStore;
  readonly #reserved = new Map<string, Tally>();

  constructor(store: FileStore) {
    this.#store = store;
  }

  /** Sets room apart for a new upload to `path`. Throws `FileError` if the session has not so much. */
  reserve(id: string, path: string, bytes: number): void {
    this.#reserved.set(id, this.#store.reserve());
    try {
      this.grow(id, path, bytes);
    } catch (error) {
      this.release(id);
      throw error;
    }
  }

  /** Sets room apart for an upload that had it in an earlier process. */
  restore(id: string, path: string, bytes: number): void {
    const tally = this.#store.reserve();
    tally.growth = this.#usage(path, bytes);
    this.#reserved.set(id, tally);
  }

  /** Makes it room for so many bytes. Throws `FileError`, and then it stays as it was. */
  grow(id: string, path: string, bytes: number): void {
    const tally = this.#reserved.get(id);
    if (!tally) return;
    const { sqliteBytes, largeBytes } = this.#usage(path, bytes);
    const { growth } = tally;
    tally.grow({ sqliteBytes: sqliteBytes - growth.sqliteBytes, largeBytes: largeBytes - growth.largeBytes }, path);
  }

  release(id: string): void {
    const tally = this.#reserved.get(id);
    if (tally) this.#store.release(tally);
    this.#reserved.delete(id);
  }

  /** What the session has more with so many bytes at `path`: the file that is there goes. */
  #usage(path: string, bytes: number): Usage {
    const isLarge = bytes > maxSqliteFileBytes;
    const there = this.#store.view('head').files.stat(path);
    const gone = there?.kind === 'file' && (there.storedIn === 'r2') === isLarge ? there.size : 0;
    return { ...noUsage, [isLarge ? 'largeBytes' : 'sqliteBytes']: Math.max(0, bytes - gone) };
  }
}
