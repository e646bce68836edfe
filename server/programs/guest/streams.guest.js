/** `process.stdin`, `process.stdout` and `process.stderr`, made when a program asks for its `process`. */

import { Buffer } from 'node:buffer';
import { isLagging, openStream, put, whenCaughtUp } from './output.guest.js';
import builtin from './require.guest.js';

/** `input` resolves with the next bytes of standard input, null at its end. */
export function openStreams(input) {
  const { Readable, Writable } = builtin('node:stream');

  /** Asks for input only when the program reads, so that an unread one ends nothing. */
  class InputStream extends Readable {
    constructor() {
      super();
      this.fd = 0;
      this.isTTY = false;
    }

    _read() {
      this.#next().then(
        (bytes) => this.push(bytes),
        (error) => this.destroy(error),
      );
    }

    async #next() {
      // A program that copies its input reads it no faster than its output leaves.
      while (isLagging()) await new Promise(whenCaughtUp);
      return input();
    }
  }

  /** `write` returns false while the runner lags; `drain` says when to go on. */
  class OutputStream extends Writable {
    #name;
    #lagging = false;

    constructor(name, fd) {
      super({ decodeStrings: false });
      this.#name = name;
      this.fd = fd;
      this.isTTY = false;
    }

    _write(chunk, encoding, done) {
      const isUtf8 = encoding === 'utf8' || encoding === 'utf-8';
      if (typeof chunk !== 'string') put(this.#name, Uint8Array.prototype.slice.call(chunk));
      else put(this.#name, isUtf8 ? chunk : Buffer.from(chunk, encoding));
      done();
    }

    write(...args) {
      const accepted = super.write(...args);
      if (!isLagging()) return accepted;
      this.#lagging = true;
      return false;
    }

    /** As `write`, without what a stream does around it, unless that could be noticed. */
    print(text) {
      const isPlain =
        this.write === writeOfStream && this.writableLength === 0 && this.writable && !this.writableCorked;
      if (isPlain) put(this.#name, text);
      else this.write(text);
    }

    relieve() {
      if (!this.#lagging || isLagging()) return;
      this.#lagging = false;
      this.emit('drain');
    }
  }

  const writeOfStream = OutputStream.prototype.write;
  const stdout = new OutputStream('stdout', 1);
  const stderr = new OutputStream('stderr', 2);
  openStream('stdout', stdout);
  openStream('stderr', stderr);
  return { stdin: new InputStream(), stdout, stderr };
}
