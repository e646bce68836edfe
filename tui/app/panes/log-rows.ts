/** The log pane's rows: output of programs, and what other terminals do. */

import { sanitizeName, sanitizeText } from '../../client/sanitize.ts';
import type { LogLine } from '../../client/session-view.ts';
import { RowBuffer } from '../text/row-buffer.ts';
import { wrapWords } from '../text/wrap-words.ts';
import { cyan, dim, red } from '../theme.ts';

const MAX_LINES = 20_000;

export class LogRows {
  #rows = new RowBuffer(80, MAX_LINES, wrapWords);
  #seen = Number.NEGATIVE_INFINITY;

  sync(log: readonly LogLine[], width: number): void {
    this.#rows.resize(width);
    let from = log.length;
    while (from > 0 && (log[from - 1]?.sequence ?? this.#seen) > this.#seen) from--;
    if (from === log.length) return;
    const added = log.slice(from);
    this.#seen = added.at(-1)?.sequence ?? this.#seen;
    this.#rows.write(added.map((line) => `${format(line)}\n`).join(''));
  }

  get start(): number {
    return this.#rows.start;
  }

  get end(): number {
    return this.#rows.end;
  }

  slice(from: number, to: number): string[] {
    return this.#rows.slice(from, to);
  }
}

function format({ source, kind, text }: LogLine): string {
  const line = sanitizeText(text).replace(/\n/g, ' ');
  const name = sanitizeName(source);
  if (kind === 'event') return dim(`${name} ${line}`);
  return `${cyan(name)} ${kind === 'stderr' ? red(line) : `${line}\x1b[0m`}`;
}
