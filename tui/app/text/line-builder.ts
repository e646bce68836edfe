/** Turns a stream of sanitised text into lines, each with its own styles, as a terminal would show them. */

import { NO_STYLE, openSgr, SGR_PATTERN, type SgrState, styleAfter } from '../../client/sgr.ts';
import { expandTabs } from './cells.ts';

/** A longer line is broken: no single line may cost more than this to show. */
export const MAX_LINE = 32_768;

export class LineBuilder {
  #open = '';
  #startStyle: SgrState = NO_STYLE;
  #style: SgrState = NO_STYLE;
  /** A carriage return came: the next character starts the line over, as progress bars do. */
  #rewound = false;

  /** Adds `text` and returns the lines that it finished. */
  write(text: string): string[] {
    const lines: string[] = [];
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) lines.push(this.#finish());
      this.#extend(part);
      while (this.#open.length > MAX_LINE) lines.push(this.#breakOff());
    }
    return lines;
  }

  /** The unfinished line; empty when there is none. */
  get tail(): string {
    return this.#open.replace(SGR_PATTERN, '') === '' ? '' : openSgr(this.#startStyle) + expandTabs(this.#open);
  }

  #extend(part: string) {
    for (const [index, piece] of part.split('\r').entries()) {
      if (index > 0) this.#rewound = true;
      if (piece === '') continue;
      if (this.#rewound) {
        this.#open = '';
        this.#startStyle = this.#style;
        this.#rewound = false;
      }
      this.#open += piece;
      this.#style = styleAfter(piece, this.#style);
    }
  }

  #finish(): string {
    const line = openSgr(this.#startStyle) + expandTabs(this.#open);
    this.#open = '';
    this.#startStyle = this.#style;
    this.#rewound = false;
    return line;
  }

  /** The first part of a line that is too long, not cutting a sequence or a surrogate pair. */
  #breakOff(): string {
    let end = MAX_LINE;
    const sequence = this.#open.lastIndexOf('\x1b', end - 1);
    const close = sequence < 0 ? -1 : this.#open.indexOf('m', sequence);
    if (sequence > 0 && close >= end) end = sequence;
    const last = this.#open.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff) end--;
    const head = this.#open.slice(0, end);
    const line = openSgr(this.#startStyle) + expandTabs(head);
    this.#startStyle = styleAfter(head, this.#startStyle);
    this.#open = this.#open.slice(end);
    return line;
  }
}
