/**
 * An overlay that begins as another one is: for a program that something started which is itself not committed yet. What
 * is written in it becomes part of an overlay as a whole, or of none.
 */

import { FileContents } from './chunks.ts';
import type { FileStore } from './file-store.ts';
import type { Overlay } from './overlay.ts';
import type { Touched } from './touched.ts';

/** What an overlay has that its head has not. Blobs change in place: the key values stand for themselves. */
interface State {
  readonly files: ReadonlyMap<string, Touched>;
  readonly keys: ReadonlyMap<string, Uint8Array | null>;
}

const NOTHING: State = { files: new Map(), keys: new Map() };

export class ChildOverlay {
  readonly overlay: Overlay;
  readonly #begun: State;
  #isHeld = false;

  /** `parent`: what the overlay begins as, null for the head. Throws `FileError` when there is no room for both. */
  constructor(store: FileStore, parent: Overlay | null) {
    this.overlay = store.open();
    if (parent !== null) {
      try {
        copyChanges(parent, NOTHING, this.overlay);
      } catch (error) {
        this.overlay.discard();
        throw error;
      }
    }
    this.#begun = stateOf(this.overlay);
  }

  /** Writes what changed since the beginning into `target`, whatever is there by now. Throws `FileError`. */
  mergeInto(target: Overlay): void {
    if (!copyChanges(this.overlay, this.#begun, target)) return;
    this.#isHeld = true;
    target.onClose(() => this.overlay.discard());
  }

  /** What was not merged is dropped. */
  discard(): void {
    if (!this.#isHeld) this.overlay.discard();
  }
}

function stateOf({ files, kv }: Overlay): State {
  const keys = kv.touched.map((key) => [key, kv.get(key)] as const);
  return { files: new Map(files.touched.sorted()), keys: new Map(keys) };
}

/**
 * Makes the changes of `source` since it was as `before` in `target` too. True if they share the contents of a file in R2,
 * which are `source`'s to let go.
 */
function copyChanges(source: Overlay, before: State, target: Overlay): boolean {
  const touched = new Map(source.files.touched.sorted());
  for (const path of [...before.files.keys()].reverse()) if (!touched.has(path)) removeFrom(target, path);
  const changed = [...touched].filter(([path, each]) => before.files.get(path) !== each);
  for (const [path, each] of changed.toReversed()) if (each.kind === 'removed') removeFrom(target, path);
  let isShared = false;
  for (const [path, each] of changed) {
    if (each.kind === 'file') {
      makeWayFor('file', path, target);
      if (each.contents instanceof FileContents) target.files.write(path, source.files.read(path));
      else {
        target.files.placeLarge(path, each.contents);
        isShared = true;
      }
    } else if (each.kind === 'directory' && (each.made || holdsFiles(source, path))) {
      makeWayFor('directory', path, target);
      target.files.makeDirectory(path, { recursive: true });
    }
  }
  copyKeys(source, before.keys, target);
  return isShared;
}

function copyKeys({ kv }: Overlay, before: State['keys'], target: Overlay): void {
  const keys = new Set(kv.touched);
  for (const key of before.keys()) if (!keys.has(key)) target.kv.delete(key);
  for (const key of keys) {
    const value = kv.get(key);
    if (before.has(key) && isSame(value, before.get(key) ?? null)) continue;
    if (value === null) target.kv.delete(key);
    else target.kv.set(key, value);
  }
}

function removeFrom({ files }: Overlay, path: string): void {
  if (files.stat(path) !== null) files.remove(path, { recursive: true });
}

/** What is of the other kind at `path` goes: the later write wins. */
function makeWayFor(kind: 'file' | 'directory', path: string, { files }: Overlay): void {
  const found = files.stat(path);
  if (found !== null && found.kind !== kind) files.remove(path, { recursive: true });
}

function holdsFiles({ files }: Overlay, path: string): boolean {
  return files.stat(path)?.kind === 'directory' && files.list(path).length > 0;
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
