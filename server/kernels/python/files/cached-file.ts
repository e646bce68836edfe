/**
 * A file that Python has opened or written: its chunks as far as they were read, and which of them are changed.
 *
 * Its size is always that of the session's file, so that a write beyond a quota fails when it is made; the bytes follow
 * with `flush`. A database that writes a page here and there costs the chunks it touches, once for each commit.
 */

import type { FileSystem } from '../../../files/file-system.ts';
import { chunkSize } from '../../../files/limits.ts';

export class CachedFile {
  /** Session path; null once the file is removed, while streams still have it open. */
  path: string | null;
  /** Open streams. */
  users = 0;
  readonly #files: () => FileSystem;
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #dirty = new Set<number>();
  #size: number;

  constructor(files: () => FileSystem, path: string, size: number) {
    this.#files = files;
    this.path = path;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  get cachedBytes(): number {
    let bytes = 0;
    for (const chunk of this.#chunks.values()) bytes += chunk.length;
    return bytes;
  }

  /** Copies up to `target.length` bytes from `position`. Answers how many there were. */
  read(target: Int8Array | Uint8Array, position: number): number {
    const end = Math.min(this.#size, position + target.length);
    if (end <= position) return 0;
    for (const { index, from, to, start } of spans(position, end)) {
      const known = this.#chunk(index).subarray(from, to);
      target.set(known, start);
      target.fill(0, start + known.length, start + to - from);
    }
    return end - position;
  }

  write(source: Int8Array | Uint8Array, position: number): void {
    const end = position + source.length;
    if (end > this.#size) this.resize(end);
    for (const { index, from, to, start } of spans(position, end)) {
      this.#roomIn(index, to).set(source.subarray(start, start + to - from), from);
      this.#dirty.add(index);
    }
  }

  /** Cuts the file, or extends it by zeros. Throws `FileError` where a limit or quota is in the way. */
  resize(size: number): void {
    if (this.path !== null) this.#files().truncate(this.path, size);
    this.#size = size;
    for (const [index, chunk] of this.#chunks) {
      const kept = size - index * chunkSize;
      if (kept >= chunk.length) continue;
      if (kept > 0) {
        this.#chunks.set(index, chunk.slice(0, kept));
      } else {
        this.#chunks.delete(index);
        this.#dirty.delete(index);
      }
    }
  }

  /** Writes the changed chunks to the session's file. */
  flush(): void {
    if (this.path === null) return;
    for (const index of this.#dirty) {
      const chunk = this.#chunks.get(index);
      if (chunk) this.#files().writeAt(this.path, index * chunkSize, chunk);
    }
    this.#dirty.clear();
  }

  /** Forgets what was read: the session's file has it. */
  forget(): void {
    if (this.path === null) return;
    for (const index of this.#chunks.keys()) if (!this.#dirty.has(index)) this.#chunks.delete(index);
  }

  /** Takes the file as it is now, after others may have changed it. */
  refresh(size: number): void {
    this.forget();
    this.#size = size;
  }

  /** Reads all of it and parts from the session's file, which is about to go: streams that are open keep the contents. */
  detach(): void {
    for (const { index } of spans(0, this.#size)) this.#chunk(index);
    this.path = null;
  }

  #chunk(index: number): Uint8Array {
    const known = this.#chunks.get(index);
    if (known) return known;
    const chunk = this.path === null ? new Uint8Array() : this.#files().read(this.path, index * chunkSize, chunkSize);
    this.#chunks.set(index, chunk);
    return chunk;
  }

  /** The chunk, with at least `length` bytes, in place. */
  #roomIn(index: number, length: number): Uint8Array {
    const chunk = this.#chunk(index);
    if (chunk.length >= length) return chunk;
    const most = Math.min(chunkSize, this.#size - index * chunkSize);
    const grown = new Uint8Array(Math.max(length, Math.min(most, 2 * chunk.length)));
    grown.set(chunk);
    this.#chunks.set(index, grown);
    return grown;
  }
}

/** The parts of chunks between two offsets; `start` is where a part lies relative to the first offset. */
function* spans(position: number, end: number) {
  for (let at = position; at < end; ) {
    const index = Math.floor(at / chunkSize);
    const from = at - index * chunkSize;
    const to = Math.min(chunkSize, end - index * chunkSize);
    yield { index, from, to, start: at - position };
    at = index * chunkSize + to;
  }
}
