/** Lines of standard input for inputs that ask for them, read only when asked. */

import { createInterface, type Interface } from 'node:readline';
import type { Io } from '../io.ts';

export class StdinLines {
  readonly #stdin: Io['stdin'];
  #reader: Interface | null = null;
  #lines: AsyncIterator<string> | null = null;

  constructor(stdin: Io['stdin']) {
    this.#stdin = stdin;
  }

  /** The next line without its end; null when there is no more. */
  async next(): Promise<string | null> {
    this.#reader ??= createInterface({ input: this.#stdin, crlfDelay: Number.POSITIVE_INFINITY });
    this.#lines ??= this.#reader[Symbol.asyncIterator]();
    const { done, value } = await this.#lines.next();
    return done ? null : value;
  }

  /** Leaves the rest unread, so that the process can end. */
  close(): void {
    this.#reader?.close();
    if (this.#reader !== null) this.#stdin.destroy();
  }
}
