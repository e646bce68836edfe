/** The files that are cached: one `CachedFile` for each path, however many streams have it open. */

import type { FileSystem } from '../../../files/file-system.ts';
import { isBelow } from '../../../files/paths.ts';
import { CachedFile } from './cached-file.ts';

/** Beyond this, what is cached is written through and forgotten. */
const maxCachedBytes = 4 * 1024 * 1024;

export class FileCache {
  readonly #files: () => FileSystem;
  readonly #byPath = new Map<string, CachedFile>();

  constructor(files: () => FileSystem) {
    this.#files = files;
  }

  find(path: string): CachedFile | undefined {
    return this.#byPath.get(path);
  }

  /** The file at `path`, which must exist. */
  get(path: string): CachedFile {
    const known = this.#byPath.get(path);
    if (known) return known;
    const file = new CachedFile(this.#files, path, this.#files().stat(path)?.size ?? 0);
    this.#byPath.set(path, file);
    return file;
  }

  /** A stream let go of the file. What it wrote stays until the next flush, unless nobody can read it any more. */
  release(file: CachedFile): void {
    file.users -= 1;
    if (file.users === 0 && !file.isDirty && file.path !== null) this.#byPath.delete(file.path);
  }

  /** The file at `path` is about to be removed or replaced. */
  remove(path: string): void {
    for (const [each, file] of this.#byPath) {
      if (each !== path && !isBelow(each, path)) continue;
      if (file.users > 0) file.detach();
      this.#byPath.delete(each);
    }
  }

  /** The file or directory at `from` is now at `to`. */
  rename(from: string, to: string): void {
    for (const [path, file] of [...this.#byPath]) {
      if (path !== from && !isBelow(path, from)) continue;
      this.#byPath.delete(path);
      file.path = to + path.slice(from.length);
      this.#byPath.set(file.path, file);
    }
  }

  /** Writes everything through. */
  flush(): void {
    for (const [path, file] of this.#byPath) {
      file.flush();
      if (file.users === 0) this.#byPath.delete(path);
    }
  }

  /** Keeps what is cached below `maxCachedBytes`. */
  trim(): void {
    let bytes = 0;
    for (const file of this.#byPath.values()) bytes += file.cachedBytes;
    if (bytes <= maxCachedBytes) return;
    this.flush();
    for (const file of this.#byPath.values()) file.forget();
  }

  /** Others may have changed what is cached. Everything was flushed before. */
  invalidate(): void {
    for (const [path, file] of this.#byPath) {
      const stat = this.#files().stat(path);
      if (stat?.kind === 'file' && file.users > 0) file.refresh(stat.size);
      else this.#byPath.delete(path);
    }
  }
}
