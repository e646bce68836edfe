/**
 * Gathers output into log events: one event for up to 16 KiB or 16 ms of one stream, so that a program that prints
 * line by line costs one stored row for hundreds of lines.
 */

import type { OutputEvent } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Clock } from './clock.ts';

const FLUSH_BYTES = 16 * 1024;
const FLUSH_MILLISECONDS = 16;

type Stream = OutputEvent['stream'];

/** Keeps nothing between two texts. */
const encoder = new TextEncoder();

export class OutputGatherer {
  readonly #cause: OutputEvent['cause'];
  readonly #clock: Clock;
  readonly #emit: (event: OutputEvent) => void;
  readonly #onLimit: () => void;
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #stream: Stream = 'stdout';
  #number: number;
  #total = 0;
  #cancelTimer: (() => void) | null = null;

  /** `number` is that of the input or program whose output comes first. `onLimit` is called once, when there is more than `limit` bytes; what is beyond is dropped. */
  constructor(
    cause: OutputEvent['cause'],
    number: number,
    clock: Clock,
    emit: (event: OutputEvent) => void,
    onLimit: () => void,
    limit: number = LIMITS.output,
  ) {
    this.#cause = cause;
    this.#number = number;
    this.#clock = clock;
    this.#emit = emit;
    this.#onLimit = onLimit;
    this.#limit = limit;
  }

  get isOverLimit(): boolean {
    return this.#total > this.#limit;
  }

  writeText(stream: Stream, text: string, number = this.#number): void {
    this.write(stream, encoder.encode(text), number);
  }

  /** `number`: the input or program that caused it, by default the one before. */
  write(stream: Stream, bytes: Uint8Array, number = this.#number): void {
    if (bytes.length === 0 || this.isOverLimit) return;
    const room = this.#limit - this.#total;
    this.#total += bytes.length;
    this.#gather(stream, bytes.subarray(0, room), number);
    if (!this.isOverLimit) return;
    this.flush();
    this.#onLimit();
  }

  #gather(stream: Stream, bytes: Uint8Array, number: number): void {
    if (stream !== this.#stream || number !== this.#number) this.flush();
    this.#stream = stream;
    this.#number = number;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + FLUSH_BYTES - this.#bytes);
      this.#parts.push(part);
      this.#bytes += part.length;
      at += part.length;
      if (this.#bytes >= FLUSH_BYTES) this.flush();
    }
    if (this.#bytes > 0) this.#cancelTimer ??= this.#clock.after(FLUSH_MILLISECONDS, () => this.flush());
  }

  /** Emits what is gathered. Call it before the end of the input is logged. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#bytes === 0) return;
    const bytes = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#bytes = 0;
    this.#emit({
      cause: this.#cause,
      number: this.#number,
      at: Math.floor(this.#clock.now()),
      stream: this.#stream,
      bytes,
    });
  }
}
