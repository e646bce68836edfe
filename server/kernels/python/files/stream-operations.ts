/** What Python does with files that are open. */

import type { CachedFile } from './cached-file.ts';
import type { AttributeChanges, Attributes, FsStream, StreamOperations } from './emscripten.ts';
import { attributesOf, type MountParts, pathOf } from './node-operations.ts';

export class SessionStreams implements StreamOperations {
  readonly #parts: MountParts;
  /** The files of open streams; directories that are open have none. */
  readonly #open = new WeakMap<object, CachedFile>();

  constructor(parts: MountParts) {
    this.#parts = parts;
    const { failures } = parts;
    this.open = failures.wrap(this, this.open);
    this.dup = failures.wrap(this, this.dup);
    this.close = failures.wrap(this, this.close);
    this.getattr = failures.wrap(this, this.getattr);
    this.setattr = failures.wrap(this, this.setattr);
    this.read = failures.wrap(this, this.read);
    this.write = failures.wrap(this, this.write);
    this.llseek = failures.wrap(this, this.llseek);
    this.fsync = failures.wrap(this, this.fsync);
  }

  /** Whether a stream still stands for a file that its path leads to. */
  isLost(stream: FsStream): boolean {
    return this.#open.get(stream.shared)?.path === null;
  }

  open(stream: FsStream): void {
    const { cache, failures, files, fs, root } = this.#parts;
    if (!fs.isFile(stream.node.mode)) return;
    const path = pathOf(stream.node, root);
    // Nothing reads a file in R2 from here: better to say so when it is opened.
    if (files().stat(path)?.storedIn === 'r2') throw failures.of('EFBIG');
    const file = cache.get(path);
    file.users += 1;
    this.#open.set(stream.shared, file);
  }

  /** A second descriptor for what is open already. */
  dup(stream: FsStream): void {
    const file = this.#open.get(stream.shared);
    if (file) file.users += 1;
  }

  close(stream: FsStream): void {
    const file = this.#open.get(stream.shared);
    if (!file) return;
    this.#parts.cache.release(file);
  }

  getattr(stream: FsStream): Attributes {
    const file = this.#open.get(stream.shared);
    if (!file) return stream.node.node_ops.getattr(stream.node);
    const { path } = file;
    const now = { size: file.size, modifiedAt: path === null ? 0 : (this.#parts.files().stat(path)?.modifiedAt ?? 0) };
    return { ...attributesOf(this.#parts, path ?? '', stream.node.mode, now), size: file.size };
  }

  setattr(stream: FsStream, changes: AttributeChanges): void {
    const file = this.#open.get(stream.shared);
    if (!file || changes.size === undefined) {
      stream.node.node_ops.setattr(stream.node, changes);
      return;
    }
    const { size } = changes;
    file.resize(size);
    this.#touch(file);
  }

  read(stream: FsStream, buffer: Int8Array | Uint8Array, offset: number, length: number, position: number): number {
    const file = this.#fileOf(stream);
    const count = file.read(buffer.subarray(offset, offset + length), position);
    this.#parts.cache.trim();
    return count;
  }

  write(stream: FsStream, buffer: Int8Array | Uint8Array, offset: number, length: number, position: number): number {
    const file = this.#fileOf(stream);
    file.write(buffer.subarray(offset, offset + length), position);
    this.#parts.cache.trim();
    this.#touch(file);
    return length;
  }

  llseek(stream: FsStream, offset: number, whence: number): number {
    const base = whence === 1 ? stream.position : whence === 2 ? (this.#open.get(stream.shared)?.size ?? 0) : 0;
    if (base + offset < 0) throw this.#parts.failures.of('EINVAL');
    return base + offset;
  }

  /** Nothing to do: what is written lasts from the commit of the input on, and not before. */
  fsync(): void {}

  #touch(file: CachedFile): void {
    if (file.path !== null) this.#parts.times.touch(file.path);
  }

  #fileOf(stream: FsStream): CachedFile {
    const file = this.#open.get(stream.shared);
    if (!file) throw this.#parts.failures.of('EISDIR');
    return file;
  }
}
