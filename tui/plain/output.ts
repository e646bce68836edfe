/** A standard stream to write to: says when to wait, takes a closed pipe calmly, and can be flushed to the last byte. */

import type { Writable } from 'node:stream';

export interface OutputOptions {
  readonly isTty: boolean;
  /** Whether colours may be written. */
  readonly color: boolean;
}

export class Output {
  readonly isTty: boolean;
  readonly color: boolean;
  readonly #stream: Writable;
  #error: NodeJS.ErrnoException | null = null;
  #onBroken: (error: NodeJS.ErrnoException) => void;
  #waiting: (() => void)[] = [];
  #isMuted = false;
  #isAtLineStart = true;

  /** `onBroken` is called once, when nobody reads any more (EPIPE) or nothing can be written (as on a full disk). */
  constructor(stream: Writable, { isTty, color }: OutputOptions, onBroken: (error: NodeJS.ErrnoException) => void) {
    this.#stream = stream;
    this.isTty = isTty;
    this.color = color;
    this.#onBroken = onBroken;
    stream.on('error', (error) => this.#fail(error));
    stream.on('drain', () => this.#wake());
  }

  /** Who is told of a failure from now on. Returns who was told so far. */
  whenBroken(onBroken: (error: NodeJS.ErrnoException) => void): (error: NodeJS.ErrnoException) => void {
    const before = this.#onBroken;
    this.#onBroken = onBroken;
    return before;
  }

  /** Whether what was written last ended its line. */
  get isAtLineStart(): boolean {
    return this.#isAtLineStart;
  }

  /** From now on data goes nowhere, until `mute(false)`. */
  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#wake();
  }

  /** Takes all of `data`; the result, if any, settles when there is room for more. After a failure data goes nowhere. */
  write(data: string | Uint8Array): Promise<void> | undefined {
    if (this.#error !== null || this.#isMuted || data.length === 0) return undefined;
    this.#isAtLineStart = typeof data === 'string' ? data.endsWith('\n') : data.at(-1) === 0x0a;
    if (this.#stream.write(data)) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when everything is written, or cannot be. */
  flush(): Promise<void> {
    if (this.#error !== null) return Promise.resolve();
    return new Promise((resolve) => this.#stream.write('', () => resolve()));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#wake();
    this.#onBroken(error);
  }
}
