/** `process.stdin`: a Readable that asks for input only when the program reads, so that an unread one ends nothing. */

import { Readable } from 'node:stream';
import { isLagging, whenCaughtUp } from './output.guest.js';

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
    this.#next().then(
      ({ done, value }) => this.push(done ? null : value),
      (error) => this.destroy(error),
    );
  }

  async #next() {
    // A program that copies its input reads it no faster than its output leaves.
    while (isLagging()) await new Promise(whenCaughtUp);
    this.#reader ??= this.#source.getReader();
    return this.#reader.read();
  }
}

export const stdin = new InputStream();
