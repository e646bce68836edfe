/**
 * Merges what a writer touched into the head, path by path: the last writer wins.
 *
 * Two rules keep the result a tree. What was written needs the directories above it, so they are made again if someone
 * else removed them. And a directory that someone else has put something new into stays, although it was removed here.
 */

import type { Ids } from './blobs.ts';
import { FileContents } from './chunks.ts';
import { ancestorsOf, splitPath } from './paths.ts';
import { changedSince, childrenAt, chunkAt, chunksAt, type Entry, entryAt, type LargeFile } from './rows.ts';
import { noUsage, type Usage } from './state.ts';
import type { TouchedFile, TouchedPaths } from './touched.ts';
import type { Writer } from './writer.ts';

/** One path whose state differs from the revision before. For what was removed, `kind` and `size` say what it was. */
export interface FileChange {
  readonly path: string;
  readonly change: 'written' | 'removed' | 'made';
  readonly kind: 'file' | 'directory';
  /** Bytes; 0 for a directory. */
  readonly size: number;
}

export class FileCommit {
  readonly #writer: Writer;
  readonly #touched: TouchedPaths;
  readonly #fileIds: Ids;
  readonly #revision: number;
  readonly #changes = new Map<string, FileChange>();
  readonly #conflicts = new Set<string>();
  /** Files that go on under their number, at the same path or another one; each with the contents that own it. */
  readonly #goingOn = new Map<number, FileContents>();
  #usage: Usage = noUsage;

  constructor(writer: Writer, touched: TouchedPaths, fileIds: Ids, revision: number) {
    this.#writer = writer;
    this.#touched = touched;
    this.#fileIds = fileIds;
    this.#revision = revision;
  }

  get changes(): FileChange[] {
    return [...this.#changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Paths that someone else had changed since the overlay was opened. */
  get conflicts(): string[] {
    return [...this.#conflicts].sort();
  }

  get usage(): Usage {
    return this.#usage;
  }

  /** Runs inside the caller's transaction, after the blobs were flushed. */
  run(): void {
    const touched = this.#touched.sorted();
    const files = touched.flatMap(([path, one]) => (one.kind === 'file' ? [{ path, file: one }] : []));
    const directories = new Map<string, { modifiedAt: number; made: boolean }>();
    const needed = new Set(files.flatMap(({ path }) => ancestorsOf(path)));
    for (const [path, one] of touched) {
      if (one.kind !== 'directory' || !one.made) continue;
      for (const ancestor of ancestorsOf(path)) needed.add(ancestor);
    }
    for (const [path, one] of touched) {
      if (one.kind === 'directory' && (one.made || needed.has(path))) directories.set(path, one);
    }
    this.#findConflicts(touched);
    for (const { file } of files) this.#decideWhetherGoingOn(file);
    for (const [path, one] of touched.reverse()) if (one.kind === 'removed') this.#remove(path);
    for (const [path, directory] of directories) this.#ensureDirectory(path, directory);
    for (const { path, file } of files) this.#writeFile(path, file);
  }

  #findConflicts(touched: [string, { readonly kind: string }][]): void {
    for (const [path, { kind }] of touched) {
      if (kind !== 'directory' && changedSince(this.#writer.db, this.#writer.opened, path)) this.#conflicts.add(path);
    }
  }

  /** A file keeps its number if the head still has it where this writer took it from, and nothing else will have it. */
  #decideWhetherGoingOn({ contents }: TouchedFile): void {
    if (!(contents instanceof FileContents) || !contents.base || contents.base.origin === null) return;
    const { file, origin } = contents.base;
    const atOrigin = this.#touched.get(origin);
    if (this.#goingOn.has(file) || !atOrigin || (atOrigin.kind === 'directory' && !atOrigin.made)) return;
    const head = entryAt(this.#writer.db, 'head', origin);
    if (head?.kind === 'file' && head.contents === file) this.#goingOn.set(file, contents);
  }

  #remove(path: string): void {
    const old = entryAt(this.#writer.db, 'head', path);
    if (!old) return;
    if (old.kind === 'directory' && childrenAt(this.#writer.db, 'head', path).length > 0) this.#conflicts.add(path);
    else this.#end(old);
  }

  #ensureDirectory(path: string, { modifiedAt, made }: { modifiedAt: number; made: boolean }): void {
    const old = entryAt(this.#writer.db, 'head', path);
    if (old?.kind === 'directory') return;
    if (old) this.#end(old);
    if (old || !made) this.#conflicts.add(path);
    this.#begin(path, 'directory', 0, modifiedAt, null);
    this.#usage = { ...this.#usage, entries: this.#usage.entries + 1 };
    this.#changes.set(path, { path, change: 'made', kind: 'directory', size: 0 });
  }

  #writeFile(path: string, { modifiedAt, contents }: TouchedFile): void {
    const old = entryAt(this.#writer.db, 'head', path);
    if (old?.kind === 'directory') {
      this.#conflicts.add(path);
      this.#endTree(old);
    } else if (old) {
      this.#end(old);
    }
    const { size } = contents;
    if (contents instanceof FileContents) {
      this.#begin(path, 'file', size, modifiedAt, this.#writeChunks(contents));
      this.#usage = { ...this.#usage, entries: this.#usage.entries + 1, sqliteBytes: this.#usage.sqliteBytes + size };
    } else {
      this.#begin(path, 'file', size, modifiedAt, contents);
      this.#writer.db.run('DELETE FROM r2_orphan WHERE r2_key = ?', contents.key);
      this.#usage = { ...this.#usage, entries: this.#usage.entries + 1, largeBytes: this.#usage.largeBytes + size };
    }
    this.#changes.set(path, { path, change: 'written', kind: 'file', size });
  }

  /** Stores the chunks that differ from the head's and returns the number of the file. */
  #writeChunks(contents: FileContents): number {
    const { base } = contents;
    if (base && this.#goingOn.get(base.file) === contents) {
      const isAsPinned = !this.#chunksChangedSince(base.file, base.revision);
      this.#changeChunks(base.file, isAsPinned ? contents.changed : this.#allDifferences(base.file, contents));
      return base.file;
    }
    const file = this.#fileIds.next++;
    for (const [chunk, blob] of contents.allChunks()) this.#insertChunk(file, chunk, blob);
    return file;
  }

  #allDifferences(file: number, contents: FileContents): Map<number, number | null> {
    const wanted = new Map<number, number | null>(contents.allChunks());
    for (const chunk of chunksAt(this.#writer.db, 'head', file).keys()) {
      if (!wanted.has(chunk)) wanted.set(chunk, null);
    }
    return wanted;
  }

  #changeChunks(file: number, wanted: Map<number, number | null>): void {
    const { db } = this.#writer;
    for (const [chunk, blob] of wanted) {
      const old = chunkAt(db, 'head', file, chunk);
      if (old === blob) continue;
      const end = 'UPDATE file_chunk SET died = ? WHERE file = ? AND chunk = ? AND died IS NULL';
      if (old !== null) db.run(end, this.#revision, file, chunk);
      if (blob !== null) this.#insertChunk(file, chunk, blob);
    }
  }

  #insertChunk(file: number, chunk: number, blob: number): void {
    const insert = 'INSERT INTO file_chunk (file, chunk, born, died, blob) VALUES (?, ?, ?, NULL, ?)';
    this.#writer.db.run(insert, file, chunk, this.#revision, blob);
  }

  #chunksChangedSince(file: number, revision: number): boolean {
    const query = 'SELECT 1 FROM file_chunk WHERE file = ? AND (born > ? OR died > ?) LIMIT 1';
    return this.#writer.db.all(query, file, revision, revision).length > 0;
  }

  #begin(path: string, kind: string, size: number, modifiedAt: number, contents: number | LargeFile | null): void {
    const { parent, name } = splitPath(path);
    const file = typeof contents === 'number' ? contents : null;
    const large = typeof contents === 'number' ? null : contents;
    this.#writer.db.run(
      `INSERT INTO file_entry (parent, name, born, died, kind, size, modified_at, file, r2_key, sha256)
        VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?)`,
      parent,
      name,
      this.#revision,
      kind,
      size,
      modifiedAt,
      file,
      large?.key ?? null,
      large?.sha256 ?? null,
    );
  }

  #end(old: Entry): void {
    const { db } = this.#writer;
    const { parent, name } = splitPath(old.path);
    const end = 'UPDATE file_entry SET died = ? WHERE parent = ? AND name = ? AND died IS NULL';
    db.run(end, this.#revision, parent, name);
    const { sqliteBytes, largeBytes, entries } = this.#usage;
    const size = old.kind === 'file' ? old.size : 0;
    if (old.kind === 'file' && typeof old.contents !== 'number') {
      this.#usage = { ...this.#usage, entries: entries - 1, largeBytes: largeBytes - size };
    } else {
      this.#usage = { ...this.#usage, entries: entries - 1, sqliteBytes: sqliteBytes - size };
    }
    if (old.kind === 'file' && typeof old.contents === 'number' && !this.#goingOn.has(old.contents)) {
      db.run('UPDATE file_chunk SET died = ? WHERE file = ? AND died IS NULL', this.#revision, old.contents);
    }
    this.#changes.set(old.path, { path: old.path, change: 'removed', kind: old.kind, size });
  }

  #endTree(old: Entry): void {
    for (const child of childrenAt(this.#writer.db, 'head', old.path)) this.#endTree(child);
    this.#end(old);
  }
}
