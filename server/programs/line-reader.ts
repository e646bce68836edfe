/** Lines of text out of a stream of bytes. */

export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #isOver = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next line without its end; null when there is no more. */
  async next(): Promise<string | null> {
    for (let from = 0; ; ) {
      const end = this.#rest.indexOf('\n', from);
      if (end >= 0) return this.#cut(end, end + 1);
      if (this.#isOver) return this.#rest === '' ? null : this.#cut(this.#rest.length, this.#rest.length);
      from = this.#rest.length;
      const { done, value } = await this.#reader.read();
      this.#isOver = done;
      this.#rest += this.#decoder.decode(value, { stream: !done });
    }
  }

  #cut(end: number, next: number): string {
    const line = this.#rest.slice(0, end).replace(/\r$/, '');
    this.#rest = this.#rest.slice(next);
    return line;
  }
}
