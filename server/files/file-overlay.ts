/**
 * A writer's view of the session's files: what it touched, above the head as it is at each read.
 *
 * A file is pinned when it is first touched, so that a later commit by someone else does not show through between the
 * chunks written here. A directory that this writer wrote into stays a directory for it.
 */

import { FileContents } from './chunks.ts';
import * as fail from './failures.ts';
import type { DirectoryEntry, FileStat, FileSystem } from './file-system.ts';
import { type Found, type FoundFile, OverlayTree } from './overlay-tree.ts';
import { ancestorsOf, checkPath, isBelow, splitPath } from './paths.ts';
import type { LargeFile } from './rows.ts';
import { addUsage, noUsage, type Usage } from './state.ts';
import type { TouchedPaths } from './touched.ts';
import type { Writer } from './writer.ts';

export class FileOverlay implements FileSystem {
  readonly #writer: Writer;
  readonly #tree: OverlayTree;

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#tree = new OverlayTree(writer);
  }

  /** What a commit has to merge. */
  get touched(): TouchedPaths {
    return this.#tree.touched;
  }

  stat(path: string): FileStat | null {
    const found = this.#tree.find(path);
    return found && statOf(found);
  }

  list(path: string): DirectoryEntry[] {
    const found = this.#tree.find(path);
    if (!found) throw fail.missing(path);
    if (found.kind === 'file') throw fail.notADirectory(path);
    const entries = [...this.#tree.children(path)].map(([name, child]) => ({ name, ...statOf(child) }));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  read(path: string, offset = 0, length = Number.MAX_SAFE_INTEGER): Uint8Array {
    fail.checkRange(path, offset, length);
    return this.#sqliteContents(path).read(offset, length);
  }

  write(path: string, bytes: Uint8Array): void {
    fail.checkSize(path, bytes.length);
    this.#replaceFile(path, { entries: 1, sqliteBytes: bytes.length }, () => {
      const contents = this.#emptyFile();
      contents.write(0, bytes);
      return contents;
    });
  }

  writeAt(path: string, offset: number, bytes: Uint8Array): void {
    fail.checkRange(path, offset, bytes.length);
    const contents = this.#sqliteContents(path);
    if (bytes.length === 0) return;
    this.#resize(path, contents, Math.max(contents.size, offset + bytes.length));
    contents.write(offset, bytes);
    this.#touch(path, contents);
  }

  truncate(path: string, size: number): void {
    fail.checkRange(path, size, 0);
    if (size === 0 && this.#file(path)) {
      // The one change that a file in R2 allows: nothing of it is needed.
      this.write(path, new Uint8Array());
      return;
    }
    const contents = this.#sqliteContents(path);
    this.#resize(path, contents, size);
    contents.truncate(size);
    this.#touch(path, contents);
  }

  makeDirectory(path: string, { recursive }: { recursive: boolean }): void {
    checkPath(path);
    if (!recursive) this.#checkParent(path);
    const wanted = (recursive ? [...ancestorsOf(path), path] : [path]).filter((directory) => {
      const found = this.#tree.find(directory);
      if (found?.kind === 'file' && directory !== path) throw fail.notADirectory(directory);
      if (found && (!recursive || found.kind === 'file')) throw fail.exists(path);
      return !found;
    });
    this.#writer.tally.grow({ entries: wanted.length }, path);
    for (const directory of wanted) {
      this.#tree.put(directory, { kind: 'directory', modifiedAt: this.#writer.now() });
    }
  }

  remove(path: string, { recursive }: { recursive: boolean }): void {
    if (path === '') throw fail.invalid(path, 'The working directory itself cannot be removed.');
    const found = this.#existing(path);
    const subtree = this.#tree.subtree(path, found);
    if (subtree.length > 1 && !recursive) throw fail.notEmpty(path);
    for (const [each, one] of subtree) this.#drop(each, one);
  }

  rename(from: string, to: string): void {
    const source = this.#existing(from);
    if (from === to) return;
    const moves = this.#planMove(from, to, source);
    const replaced = this.#tree.find(to);
    if (replaced?.kind === 'directory') {
      if (source.kind === 'file') throw fail.isADirectory(to);
      if (this.#tree.children(to).size > 0) throw fail.notEmpty(to);
    } else if (replaced && source.kind === 'directory') {
      throw fail.notADirectory(to);
    }
    if (replaced) this.#drop(to, replaced);
    for (const [path] of moves) this.#tree.hide(path);
    for (const [path, found] of moves) this.#tree.put(to + path.slice(from.length), found);
  }

  /** Copies a file, or a directory with its contents. A file replaces a file at `to`; the bytes are shared. */
  copy(from: string, to: string): void {
    const source = this.#existing(from);
    const copies = this.#planMove(from, to, source);
    const replaced = this.#tree.find(to);
    if (replaced?.kind === 'directory' || (replaced && source.kind === 'directory')) throw fail.exists(to);
    if (from === to) return;
    const added = copies.map(([, found]) => usageOf(found)).reduce(addUsage, noUsage);
    this.#writer.tally.grow(replaced ? subtract(added, usageOf(replaced)) : added, to);
    if (replaced) release(replaced);
    const modifiedAt = this.#writer.now();
    for (const [path, found] of copies) {
      this.#tree.put(to + path.slice(from.length), { ...copyOf(found), modifiedAt });
    }
  }

  /** The R2 object a file is in; null for a file in SQLite. */
  largeFile(path: string): LargeFile | null {
    const { contents } = this.#file(path);
    return contents instanceof FileContents ? null : contents;
  }

  /** Replaces or creates a file by an R2 object that was uploaded before. */
  placeLarge(path: string, large: LargeFile): void {
    this.#replaceFile(path, { entries: 1, largeBytes: large.size }, () => large);
  }

  #replaceFile(path: string, usage: Partial<Usage>, contents: () => FileContents | LargeFile): void {
    checkPath(path);
    this.#checkParent(path);
    const old = this.#tree.find(path);
    if (old?.kind === 'directory') throw fail.isADirectory(path);
    const added = { ...noUsage, ...usage };
    this.#writer.tally.grow(old ? subtract(added, usageOf(old)) : added, path);
    if (old) release(old);
    this.#tree.put(path, { kind: 'file', modifiedAt: this.#writer.now(), contents: contents() });
  }

  /** What moves or is copied, once it is certain that all of it may be at `to`. */
  #planMove(from: string, to: string, source: Found): [string, Found][] {
    if (from === '' || to === '') throw fail.invalid(from, 'The working directory itself cannot be moved or copied.');
    checkPath(to);
    if (isBelow(to, from)) throw fail.invalid(to, `"${from}" cannot be moved or copied into itself.`);
    this.#checkParent(to);
    const subtree = this.#tree.subtree(from, source);
    for (const [path] of subtree) checkPath(to + path.slice(from.length));
    return subtree;
  }

  #drop(path: string, found: Found): void {
    this.#writer.tally.grow(subtract(noUsage, usageOf(found)), path);
    release(found);
    this.#tree.hide(path);
  }

  #resize(path: string, contents: FileContents, size: number): void {
    fail.checkSize(path, size);
    this.#writer.tally.grow({ sqliteBytes: size - contents.size }, path);
  }

  #touch(path: string, contents: FileContents): void {
    this.#tree.put(path, { kind: 'file', modifiedAt: this.#writer.now(), contents });
  }

  #existing(path: string): Found {
    const found = this.#tree.find(path);
    if (!found) throw fail.missing(path);
    return found;
  }

  #file(path: string): FoundFile {
    const found = this.#existing(path);
    if (found.kind === 'directory') throw fail.isADirectory(path);
    return found;
  }

  #sqliteContents(path: string): FileContents {
    const { contents } = this.#file(path);
    if (!(contents instanceof FileContents)) throw fail.beyondReach(path);
    return contents;
  }

  #checkParent(path: string): void {
    const { parent } = splitPath(path);
    for (const ancestor of [...ancestorsOf(parent), parent]) {
      const found = this.#tree.find(ancestor);
      if (!found) throw fail.missing(ancestor);
      if (found.kind === 'file') throw fail.notADirectory(ancestor);
    }
  }

  #emptyFile(): FileContents {
    return new FileContents(this.#writer.db, this.#writer.blobs, null, 0);
  }
}

function statOf(found: Found): FileStat {
  const { kind, modifiedAt } = found;
  if (kind === 'directory') return { kind, size: 0, modifiedAt, storedIn: 'sqlite' };
  const { contents } = found;
  return { kind, size: contents.size, modifiedAt, storedIn: contents instanceof FileContents ? 'sqlite' : 'r2' };
}

function usageOf(found: Found): Usage {
  if (found.kind === 'directory') return { ...noUsage, entries: 1 };
  const { contents } = found;
  const bytes = contents instanceof FileContents ? { sqliteBytes: contents.size } : { largeBytes: contents.size };
  return { ...noUsage, entries: 1, ...bytes };
}

function copyOf(found: Found): Found {
  if (found.kind === 'directory' || !(found.contents instanceof FileContents)) return found;
  return { ...found, contents: found.contents.copy() };
}

function release(found: Found): void {
  if (found.kind === 'file' && found.contents instanceof FileContents) found.contents.release();
}

function subtract(a: Usage, b: Usage): Usage {
  return {
    entries: a.entries - b.entries,
    sqliteBytes: a.sqliteBytes - b.sqliteBytes,
    largeBytes: a.largeBytes - b.largeBytes,
    keys: a.keys - b.keys,
    valueBytes: a.valueBytes - b.valueBytes,
  };
}
