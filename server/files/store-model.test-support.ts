/**
 * The file store as a naive model: whole states in maps, merged by the rules of architecture.md. What the model-based test
 * compares the store with.
 */

export type ModelEntry = { readonly kind: 'directory' } | { readonly kind: 'file'; readonly bytes: Uint8Array };
export type ModelState = ReadonlyMap<string, ModelEntry>;
type ModelTouched = { readonly kind: 'removed' } | { readonly kind: 'pinned' } | ModelEntry;

const isBelow = (path: string, directory: string) => path.startsWith(`${directory}/`);
const ancestorsOf = (path: string) =>
  path.split('/').flatMap((_, i, all) => (i > 0 ? [all.slice(0, i).join('/')] : []));

/** Thrown where the store throws a `FileError` with this code. */
export class ModelError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The head, and the state and keys at each kept revision. */
export class StoreModel {
  head: ModelState = new Map();
  keys: ReadonlyMap<string, Uint8Array> = new Map();
  readonly revisions = new Map<number, { files: ModelState; keys: ReadonlyMap<string, Uint8Array> }>();

  record(revision: number): void {
    this.revisions.set(revision, { files: this.head, keys: this.keys });
  }
}

export class OverlayModel {
  readonly #store: StoreModel;
  readonly #touched = new Map<string, ModelTouched>();
  readonly #keys = new Map<string, Uint8Array | null>();

  constructor(store: StoreModel) {
    this.#store = store;
  }

  view(): Map<string, ModelEntry> {
    const view = new Map<string, ModelEntry>();
    for (const [path, entry] of this.#store.head) {
      const nearest = ancestorsOf(path).findLast((ancestor) => this.#touched.has(ancestor));
      const over = nearest === undefined ? undefined : this.#touched.get(nearest);
      if (!over || over.kind === 'directory' || over.kind === 'pinned') view.set(path, entry);
    }
    for (const [path, touched] of this.#touched) {
      if (touched.kind === 'removed') view.delete(path);
      else view.set(path, touched.kind === 'pinned' ? { kind: 'directory' } : touched);
    }
    return view;
  }

  keys(): Map<string, Uint8Array> {
    const view = new Map(this.#store.keys);
    for (const [key, value] of this.#keys) {
      if (value) view.set(key, value);
      else view.delete(key);
    }
    return view;
  }

  write(path: string, bytes: Uint8Array): void {
    this.#checkParent(path);
    if (this.view().get(path)?.kind === 'directory') throw new ModelError('EISDIR');
    this.#put(path, { kind: 'file', bytes });
  }

  writeAt(path: string, offset: number, bytes: Uint8Array): void {
    const old = this.#fileBytes(path);
    if (bytes.length === 0) return;
    const merged = new Uint8Array(Math.max(old.length, offset + bytes.length));
    merged.set(old);
    merged.set(bytes, offset);
    this.#put(path, { kind: 'file', bytes: merged });
  }

  truncate(path: string, size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#fileBytes(path).subarray(0, size));
    this.#put(path, { kind: 'file', bytes });
  }

  makeDirectory(path: string, recursive: boolean): void {
    const view = this.view();
    if (!recursive) this.#checkParent(path);
    for (const ancestor of ancestorsOf(path)) if (view.get(ancestor)?.kind === 'file') throw new ModelError('ENOTDIR');
    const old = view.get(path);
    if (old && (!recursive || old.kind === 'file')) throw new ModelError('EEXIST');
    for (const each of [...ancestorsOf(path), path]) if (!view.has(each)) this.#put(each, { kind: 'directory' });
  }

  remove(path: string, recursive: boolean): void {
    const subtree = this.#subtree(path);
    if (subtree.length > 1 && !recursive) throw new ModelError('ENOTEMPTY');
    for (const [each] of subtree) this.#hide(each);
  }

  rename(from: string, to: string): void {
    const subtree = this.#subtree(from);
    if (from === to) return;
    if (isBelow(to, from)) throw new ModelError('EINVAL');
    this.#checkParent(to);
    const view = this.view();
    const [source, target] = [view.get(from), view.get(to)];
    if (target?.kind === 'directory' && source?.kind === 'file') throw new ModelError('EISDIR');
    if (target?.kind === 'file' && source?.kind === 'directory') throw new ModelError('ENOTDIR');
    if ([...view.keys()].some((path) => isBelow(path, to)) && target) throw new ModelError('ENOTEMPTY');
    if (target) this.#hide(to);
    for (const [path] of subtree) this.#hide(path);
    for (const [path, entry] of subtree) this.#put(to + path.slice(from.length), entry);
  }

  copy(from: string, to: string): void {
    const subtree = this.#subtree(from);
    if (isBelow(to, from)) throw new ModelError('EINVAL');
    this.#checkParent(to);
    const view = this.view();
    const target = view.get(to);
    if (target && (target.kind === 'directory' || view.get(from)?.kind === 'directory')) throw new ModelError('EEXIST');
    if (from === to) return;
    for (const [path, entry] of subtree) this.#put(to + path.slice(from.length), entry);
  }

  setKey(key: string, value: Uint8Array): void {
    this.#keys.set(key, value);
  }

  deleteKey(key: string): boolean {
    const had = this.keys().has(key);
    if (had && this.#store.keys.has(key)) this.#keys.set(key, null);
    else if (had) this.#keys.delete(key);
    return had;
  }

  commit(revision: number): void {
    const head = new Map(this.#store.head);
    const touched = [...this.#touched].sort(([a], [b]) => (a < b ? -1 : 1));
    const below = (path: string) => [...head.keys()].filter((other) => isBelow(other, path));
    for (const [path, { kind }] of touched.toReversed()) {
      if (kind === 'removed' && below(path).length === 0) head.delete(path);
    }
    const isLive = (kind: string) => kind === 'file' || kind === 'directory';
    for (const [path, { kind }] of touched) {
      const needed = touched.some(([other, one]) => isLive(one.kind) && isBelow(other, path));
      if (kind === 'directory' || (kind === 'pinned' && needed)) head.set(path, { kind: 'directory' });
    }
    for (const [path, entry] of touched) {
      if (entry.kind !== 'file') continue;
      for (const other of below(path)) head.delete(other);
      head.set(path, entry);
    }
    this.#store.keys = this.keys();
    this.#store.head = head;
    this.#store.record(revision);
  }

  #checkParent(path: string): void {
    for (const ancestor of ancestorsOf(path)) {
      const found = this.view().get(ancestor);
      if (!found) throw new ModelError('ENOENT');
      if (found.kind === 'file') throw new ModelError('ENOTDIR');
    }
  }

  #fileBytes(path: string): Uint8Array {
    const found = this.view().get(path);
    if (!found) throw new ModelError('ENOENT');
    if (found.kind === 'directory') throw new ModelError('EISDIR');
    return found.bytes;
  }

  #subtree(path: string): [string, ModelEntry][] {
    const view = [...this.view()].sort(([a], [b]) => (a < b ? -1 : 1));
    const subtree = view.filter(([each]) => each === path || isBelow(each, path));
    if (subtree[0]?.[0] !== path) throw new ModelError('ENOENT');
    return subtree;
  }

  #hide(path: string): void {
    if (this.#store.head.has(path)) this.#touched.set(path, { kind: 'removed' });
    else this.#touched.delete(path);
  }

  #put(path: string, entry: ModelEntry): void {
    for (const ancestor of ancestorsOf(path)) {
      if (!this.#touched.has(ancestor)) this.#touched.set(ancestor, { kind: 'pinned' });
    }
    this.#touched.set(path, entry);
  }
}
