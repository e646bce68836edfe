/** The files of a committed revision, to be read only. */

import type { Database } from '../database.ts';
import { readChunks } from './chunks.ts';
import * as fail from './failures.ts';
import { type DirectoryEntry, FileError, type FileStat, type FileSystem } from './file-system.ts';
import { splitPath } from './paths.ts';
import { blobBytes, childrenAt, chunkAt, type Entry, entryAt, type LargeFile, type Point } from './rows.ts';

/** Valid as long as retention keeps the revision. Every write throws `FileError` `EACCES`. */
export class FileView implements FileSystem {
  readonly #db: Database;
  readonly #point: Point;

  constructor(db: Database, point: Point) {
    this.#db = db;
    this.#point = point;
  }

  stat(path: string): FileStat | null {
    if (path === '') return { kind: 'directory', size: 0, modifiedAt: 0, storedIn: 'sqlite' };
    const entry = entryAt(this.#db, this.#point, path);
    return entry && statOf(entry);
  }

  list(path: string): DirectoryEntry[] {
    const stat = this.stat(path);
    if (!stat) throw fail.missing(path);
    if (stat.kind === 'file') throw fail.notADirectory(path);
    const entries = childrenAt(this.#db, this.#point, path);
    const listed = entries.map((entry) => ({ name: splitPath(entry.path).name, ...statOf(entry) }));
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  read(path: string, offset = 0, length = Number.MAX_SAFE_INTEGER): Uint8Array {
    fail.checkRange(path, offset, length);
    const { contents: file, size } = this.#file(path);
    if (typeof file !== 'number') throw fail.beyondReach(path);
    const chunk = (index: number) => {
      const blob = chunkAt(this.#db, this.#point, file, index);
      return blob === null ? null : blobBytes(this.#db, blob);
    };
    return readChunks(chunk, size, offset, length);
  }

  /** The R2 object a file is in; null for a file in SQLite. */
  largeFile(path: string): LargeFile | null {
    const { contents } = this.#file(path);
    return typeof contents === 'number' ? null : contents;
  }

  /** Differs whenever the file was written in between: its SHA-256 if that is known. */
  version(path: string): string {
    const { contents, born } = this.#file(path);
    return typeof contents === 'number' ? `r${born}` : contents.sha256;
  }

  write(path: string): never {
    throw readOnly(path);
  }

  writeAt(path: string): never {
    throw readOnly(path);
  }

  copy(from: string): never {
    throw readOnly(from);
  }

  truncate(path: string): never {
    throw readOnly(path);
  }

  makeDirectory(path: string): never {
    throw readOnly(path);
  }

  remove(path: string): never {
    throw readOnly(path);
  }

  rename(from: string): never {
    throw readOnly(from);
  }

  #file(path: string): Extract<Entry, { kind: 'file' }> {
    const entry = path === '' ? null : entryAt(this.#db, this.#point, path);
    if (path === '' || entry?.kind === 'directory') throw fail.isADirectory(path);
    if (!entry) throw fail.missing(path);
    return entry;
  }
}

function statOf(entry: Entry): FileStat {
  const { kind, modifiedAt } = entry;
  if (kind === 'directory') return { kind, size: 0, modifiedAt, storedIn: 'sqlite' };
  return { kind, size: entry.size, modifiedAt, storedIn: typeof entry.contents === 'number' ? 'sqlite' : 'r2' };
}

function readOnly(path: string): FileError {
  return new FileError('EACCES', path, `"${path}" belongs to a committed revision: it can only be read.`);
}
