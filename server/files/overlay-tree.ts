/** What a writer finds at a path: what it touched itself, else the head as it is now. Checks no rules. */

import { FileContents } from './chunks.ts';
import { ancestorsOf, joinPath, splitPath } from './paths.ts';
import { childrenAt, type Entry, entryAt, type LargeFile } from './rows.ts';
import { headOf } from './state.ts';
import { type Touched, TouchedPaths } from './touched.ts';
import type { Writer } from './writer.ts';

interface FoundDirectory {
  readonly kind: 'directory';
  readonly modifiedAt: number;
}

export interface FoundFile {
  readonly kind: 'file';
  readonly modifiedAt: number;
  /** Of a file nobody touched yet: contents that are put back with `put` once they changed. */
  readonly contents: FileContents | LargeFile;
}

export type Found = FoundDirectory | FoundFile;

export class OverlayTree {
  readonly #writer: Writer;
  readonly touched = new TouchedPaths();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  find(path: string): Found | null {
    if (path === '') return { kind: 'directory', modifiedAt: 0 };
    const touched = this.touched.get(path);
    if (touched) return foundOf(touched);
    if (this.touched.hides(path)) return null;
    const entry = entryAt(this.#writer.db, 'head', path);
    return entry && this.#fromHead(entry, headOf(this.#writer.db));
  }

  /** The children of a directory by name. */
  children(directory: string): Map<string, Found> {
    const children = new Map<string, Found>();
    const own = this.touched.in(directory);
    if (!this.touched.hides(joinPath(directory, '.'))) {
      const head = headOf(this.#writer.db);
      for (const entry of childrenAt(this.#writer.db, 'head', directory)) {
        const { name } = splitPath(entry.path);
        if (!own.has(name)) children.set(name, this.#fromHead(entry, head));
      }
    }
    for (const [name, touched] of own) {
      const found = foundOf(touched);
      if (found) children.set(name, found);
    }
    return children;
  }

  /** `path` and everything below it, parents first. */
  subtree(path: string, found: Found): [string, Found][] {
    const all: [string, Found][] = [[path, found]];
    if (found.kind === 'file') return all;
    for (const [name, child] of this.children(path)) {
      for (const each of this.subtree(joinPath(path, name), child)) all.push(each);
    }
    return all;
  }

  put(path: string, found: Found): void {
    for (const ancestor of ancestorsOf(path)) {
      if (this.touched.get(ancestor)) continue;
      const modifiedAt = this.find(ancestor)?.modifiedAt ?? this.#writer.now();
      this.touched.set(ancestor, { kind: 'directory', modifiedAt, made: false });
    }
    this.touched.set(path, found.kind === 'file' ? found : { ...found, made: true });
  }

  hide(path: string): void {
    if (entryAt(this.#writer.db, 'head', path)) this.touched.set(path, { kind: 'removed' });
    else this.touched.delete(path);
  }

  #fromHead(entry: Entry, revision: number): Found {
    const { modifiedAt } = entry;
    if (entry.kind === 'directory') return { kind: 'directory', modifiedAt };
    if (typeof entry.contents !== 'number') return { kind: 'file', modifiedAt, contents: entry.contents };
    const base = { file: entry.contents, revision, origin: entry.path };
    const contents = new FileContents(this.#writer.db, this.#writer.blobs, base, entry.size);
    return { kind: 'file', modifiedAt, contents };
  }
}

function foundOf(touched: Touched): Found | null {
  return touched.kind === 'removed' ? null : touched;
}
