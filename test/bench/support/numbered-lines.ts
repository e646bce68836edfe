/** A flood of numbered lines: the code that prints it, and the check that it arrived. */

/** Bytes of a line, its end included. */
export const LINE_BYTES = 64;

/** A statement, for any JavaScript with a console, that prints `count` lines. */
export function printLines(count: number): string {
  return `for (let i = 0; i < ${count}; i++) console.log(String(i).padStart(${LINE_BYTES - 1}, '.'))`;
}

/** What `printLines` prints. */
export function allLines(count: number): Buffer {
  const lines = Array.from({ length: count }, (_, i) => `${String(i).padStart(LINE_BYTES - 1, '.')}\n`);
  return Buffer.from(lines.join(''), 'latin1');
}

/** Takes bytes as they come and sees to it that they are the expected ones, complete and in order. */
export class OutputCheck {
  readonly #expected: Buffer;
  #arrived = 0;

  constructor(expected: Buffer) {
    this.#expected = expected;
  }

  /** Throws unless `bytes` come next. */
  push(bytes: Uint8Array): void {
    const next = this.#expected.subarray(this.#arrived, this.#arrived + bytes.length);
    if (next.compare(bytes) !== 0) throw new Error(`Wrong output after ${this.#arrived} bytes.`);
    this.#arrived += bytes.length;
  }

  /** Throws unless all has come. From then on, all of it is expected again. */
  finish(): void {
    if (this.#arrived !== this.#expected.length)
      throw new Error(`${this.#arrived} of ${this.#expected.length} bytes arrived.`);
    this.#arrived = 0;
  }
}
