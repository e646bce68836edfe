/** Bytes that come in chunks and are taken in pieces of other sizes: chunks are joined only for a piece that is whole. */

export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The first `length` bytes, of which there must be as many; valid until the next call. */
  peek(length: number): Uint8Array {
    const [first = new Uint8Array(0)] = this.#chunks;
    if (first.length >= length) return first.subarray(0, length);
    let count = 0;
    let size = 0;
    for (; size < length; count++) size += this.#chunks[count]?.length ?? 0;
    const joined = new Uint8Array(size);
    let at = 0;
    for (const chunk of this.#chunks.splice(0, count)) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks.unshift(joined);
    return joined.subarray(0, length);
  }

  /** Removes the first `length` bytes, of which there must be as many. They may share memory with what was pushed. */
  take(length: number): Uint8Array {
    const bytes = this.peek(length);
    const [first] = this.#chunks;
    if (first !== undefined && first.length > length) this.#chunks[0] = first.subarray(length);
    else this.#chunks.shift();
    this.#size -= length;
    return bytes;
  }
}
