/** How far a transfer has come: on one line of the terminal, which is drawn over and leaves nothing behind. */

import { formatSize } from '../app/panes/file-tree.ts';
import type { ClientClock } from '../client/clock.ts';
import type { Io } from '../io.ts';
import { nameFor } from './terminal-text.ts';

/** What is smaller is there at once. */
const SMALL = 1024 * 1024;
const REDRAW_MILLISECONDS = 100;

export class Progress {
  readonly #io: Io;
  readonly #clock: ClientClock;
  readonly #name: string;
  readonly #total: number | null;
  #drawnAt = Number.NEGATIVE_INFINITY;

  /** `total`: bytes; null if nobody knows. */
  constructor(io: Io, clock: ClientClock, name: string, total: number | null) {
    this.#io = io;
    this.#clock = clock;
    this.#name = nameFor(io.stderr, name);
    this.#total = total;
  }

  /** `bytes` have come. */
  at(bytes: number): void {
    const now = this.#clock.now();
    if (Math.max(bytes, this.#total ?? 0) <= SMALL || now < this.#drawnAt + REDRAW_MILLISECONDS) return;
    this.#drawnAt = now;
    const part =
      this.#total === null
        ? formatSize(bytes)
        : `${Math.floor((bytes / this.#total) * 100)} %  ${formatSize(bytes)} of ${formatSize(this.#total)}`;
    this.#io.status(`${part}  ${this.#name}`);
  }

  /** It is over: the line is cleared. */
  end(): void {
    if (this.#drawnAt !== Number.NEGATIVE_INFINITY) this.#io.status('');
  }
}
