/** `process.stdin`: a Readable that asks for input only when the program reads, so that an unread one ends nothing. */

import { Readable } from 'node:stream';

class InputStream extends Readable {
  #source = null;
  #reader = null;

  constructor() {
    super();
    this.fd = 0;
    this.isTTY = false;
  }

  /** The web stream of the running request. */
  open(source) {
    this.#source = source;
  }

  _read() {
    this.#reader ??= this.#source.getReader();
    this.#reader.read().then(
      ({ done, value }) => this.push(done ? null : value),
      (error) => this.destroy(error),
    );
  }
}

export const stdin = new InputStream();
