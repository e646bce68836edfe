/** Files as chunks of 64 KiB: which chunks a range touches, and the contents of a file that a writer has changed. */

import type { Database } from '../database.ts';
import type { BlobWriter } from './blobs.ts';
import { chunkSize } from './limits.ts';
import { chunkAt, chunksAt } from './rows.ts';

/**
 * Up to `length` bytes from `offset` of a file of `size` bytes. `chunk` gives a chunk's bytes, or null for a hole; what
 * a chunk lacks reads as zeros.
 */
export function readChunks(
  chunk: (index: number) => Uint8Array | null,
  size: number,
  offset: number,
  length: number,
): Uint8Array {
  const end = Math.min(size, offset + length);
  if (end <= offset) return new Uint8Array();
  const bytes = new Uint8Array(end - offset);
  for (const { index, start, from, to } of chunkSpans(offset, end)) {
    const piece = chunk(index)?.subarray(from, to);
    if (piece) bytes.set(piece, start + from - offset);
  }
  return bytes;
}

/** The parts of the chunks between two offsets: chunk `index` begins at `start`, and `from`…`to` of it are concerned. */
function* chunkSpans(offset: number, end: number) {
  for (let index = Math.floor(offset / chunkSize); index * chunkSize < end; index++) {
    const start = index * chunkSize;
    yield { index, start, from: Math.max(0, offset - start), to: Math.min(chunkSize, end - start) };
  }
}

/** A file as it was committed when a writer first touched it. */
export interface BaseFile {
  readonly file: number;
  readonly revision: number;
  /** Where the head had it; null for a copy, which must become a file of its own. */
  readonly origin: string | null;
}

/** The contents of one file in a writer's overlay: its own chunks above a base that no other writer changes. */
export class FileContents {
  readonly #db: Database;
  readonly #blobs: BlobWriter;
  readonly base: BaseFile | null;
  /** Changed chunks; null is a hole. */
  readonly changed: Map<number, number | null>;
  #size: number;

  constructor(
    db: Database,
    blobs: BlobWriter,
    base: BaseFile | null,
    size: number,
    changed?: Map<number, number | null>,
  ) {
    this.#db = db;
    this.#blobs = blobs;
    this.base = base;
    this.#size = size;
    this.changed = changed ?? new Map();
  }

  get size(): number {
    return this.#size;
  }

  read(offset: number, length: number): Uint8Array {
    const chunk = (index: number) => {
      const blob = this.#blob(index);
      return blob === null ? null : this.#blobs.read(blob);
    };
    return readChunks(chunk, this.#size, offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    for (const { index, start, from, to } of chunkSpans(offset, end)) {
      const piece = bytes.subarray(start + from - offset, start + to - offset);
      const blob = this.#blob(index);
      const whole = from === 0 && start + to >= Math.min(this.#size, start + chunkSize);
      this.changed.set(index, whole ? this.#blobs.put(blob, piece.slice()) : this.#blobs.patch(blob, from, piece));
    }
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    if (size < this.#size) this.#cut(size);
    this.#size = size;
  }

  /** A copy that shares all blobs with this file. */
  copy(): FileContents {
    for (const blob of this.changed.values()) if (blob !== null) this.#blobs.share(blob);
    const base = this.base && { ...this.base, origin: null };
    return new FileContents(this.#db, this.#blobs, base, this.#size, new Map(this.changed));
  }

  /** The file is gone: gives up its own blobs. */
  release(): void {
    for (const blob of this.changed.values()) if (blob !== null) this.#blobs.release(blob);
    this.changed.clear();
  }

  /** Every chunk that is not a hole. */
  allChunks(): Map<number, number> {
    const chunks = this.base ? chunksAt(this.#db, this.base.revision, this.base.file) : new Map<number, number>();
    for (const [index, blob] of this.changed) {
      if (blob === null) chunks.delete(index);
      else chunks.set(index, blob);
    }
    return chunks;
  }

  #cut(size: number): void {
    const lastChunk = Math.floor(size / chunkSize);
    for (const [index, blob] of this.allChunks()) {
      if (index < lastChunk) continue;
      const keep = Math.max(0, size - index * chunkSize);
      const rest = keep === 0 ? null : this.#blobs.read(blob).slice(0, keep);
      if (rest === null) this.#blobs.release(blob);
      this.changed.set(index, rest === null ? null : this.#blobs.put(blob, rest));
    }
  }

  #blob(index: number): number | null {
    const changed = this.changed.get(index);
    if (changed !== undefined) return changed;
    return this.base && chunkAt(this.#db, this.base.revision, this.base.file, index);
  }
}
