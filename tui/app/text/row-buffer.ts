/**
 * Lines wrapped to a width, oldest dropped beyond a limit.
 *
 * Rows have numbers that stay when older rows are dropped, so that a scroll position keeps its place; a new width
 * starts the numbers over.
 */

import { LineBuilder } from './line-builder.ts';
import { wrapLine } from './wrap.ts';

export class RowBuffer {
  readonly #limit: number;
  readonly #wrap: (line: string, width: number) => string[];
  readonly #builder = new LineBuilder();
  #lines: string[] = [];
  #rows: string[] = [];
  #tailRows: string[] = [];
  #width: number;
  #start = 0;
  #droppedLines = 0;

  /** @param limit lines that are kept */
  constructor(width: number, limit: number, wrap: (line: string, width: number) => string[] = wrapLine) {
    this.#width = width;
    this.#limit = limit;
    this.#wrap = wrap;
  }

  /** Adds sanitised text. */
  write(text: string): void {
    for (const line of this.#builder.write(text)) {
      this.#lines.push(line);
      for (const row of this.#wrap(line, this.#width)) this.#rows.push(row);
    }
    this.#wrapTail();
    // Dropping in bulk keeps the cost of each line constant.
    if (this.#lines.length > this.#limit * 1.25 + 16) this.#drop(this.#lines.length - this.#limit);
  }

  resize(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    this.#rows = this.#lines.flatMap((line) => this.#wrap(line, width));
    this.#start = 0;
    this.#wrapTail();
  }

  get width(): number {
    return this.#width;
  }

  /** The number of the first row that is still there. */
  get start(): number {
    return this.#start;
  }

  /** The number after the last row. */
  get end(): number {
    return this.#start + this.#rows.length + this.#tailRows.length;
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  /** Whether the last line is unfinished. */
  get midLine(): boolean {
    return this.#tailRows.length > 0;
  }

  /** Rows `from` to `to` (exclusive), as far as they exist. */
  slice(from: number, to: number): string[] {
    const first = Math.max(0, from - this.#start);
    const last = Math.max(first, to - this.#start);
    const rows = this.#rows.slice(first, last);
    const missing = last - Math.max(first, this.#rows.length);
    if (missing <= 0) return rows;
    const skipped = Math.max(0, first - this.#rows.length);
    return rows.concat(this.#tailRows.slice(skipped, skipped + missing));
  }

  #wrapTail() {
    const { tail } = this.#builder;
    this.#tailRows = tail === '' ? [] : this.#wrap(tail, this.#width);
  }

  #drop(count: number) {
    let rows = 0;
    for (const line of this.#lines.slice(0, count)) rows += this.#wrap(line, this.#width).length;
    this.#lines = this.#lines.slice(count);
    this.#rows = this.#rows.slice(rows);
    this.#start += rows;
    this.#droppedLines += count;
  }
}
