/** Keeps questions under the rate that a server admits. */

import { LIMITS } from '../../protocol/limits.ts';
import type { ClientClock } from '../client/clock.ts';

/** A tenth of what is admitted is left to interrupts; a tenth of a second to frames that were held up on their way. */
const TURNS = Math.floor(LIMITS.controlFramesPerSecond * 0.9);
const WINDOW_MILLISECONDS = 1_100;

export class Pace {
  readonly #clock: ClientClock;
  /** When the latest turns were given. */
  readonly #turns: number[] = [];

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  /** Resolves when one more question may be asked. */
  async turn(): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      while (this.#turns[0] !== undefined && this.#turns[0] <= now - WINDOW_MILLISECONDS) this.#turns.shift();
      const [oldest] = this.#turns;
      if (oldest === undefined || this.#turns.length < TURNS) {
        this.#turns.push(now);
        return;
      }
      await new Promise<void>((resolve) => void this.#clock.after(oldest + WINDOW_MILLISECONDS - now, resolve));
    }
  }
}
