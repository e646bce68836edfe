/** The part of an upload that is being filled. It is in memory until it is whole, or until no more comes for now. */

import { partSize } from './large-files.ts';
import type { UploadRow, UploadRows } from './upload-rows.ts';

export class Filling {
  readonly #rows: UploadRows;
  readonly #id: string;
  readonly #bytes = new Uint8Array(partSize);
  #part: number;
  #filled: number;
  /** How much of it is stored. */
  #kept: number;

  constructor(rows: UploadRows, { id, received }: UploadRow) {
    this.#rows = rows;
    this.#id = id;
    this.#part = Math.floor(received / partSize);
    this.#kept = received - this.#part * partSize;
    this.#filled = this.#kept;
    this.#bytes.set(rows.kept(id, this.#part * partSize, received));
  }

  /** Its number, the first being 0. */
  get part(): number {
    return this.#part;
  }

  /** Of the whole upload. */
  get received(): number {
    return this.#part * partSize + this.#filled;
  }

  /** All of it, once it is whole; null before. */
  get whole(): Uint8Array | null {
    return this.#filled === partSize ? this.#bytes : null;
  }

  /** Takes what there is room for; returns the rest. */
  take(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, partSize - this.#filled);
    this.#bytes.set(taken, this.#filled);
    this.#filled += taken.length;
    return bytes.subarray(taken.length);
  }

  /** Begins the next part: this one is stored. */
  next(): void {
    this.#part += 1;
    this.#filled = 0;
    this.#kept = 0;
  }

  /** Stores what is not stored yet. */
  keep(): void {
    if (this.#filled === this.#kept) return;
    this.#rows.keep(this.#id, this.#part * partSize, this.#bytes.subarray(0, this.#filled));
    this.#kept = this.#filled;
  }
}
