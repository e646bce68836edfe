/**
 * Keeps the session's object in memory while a turn is under way. The platform puts an object to sleep that has had no
 * request and no timer for 10 s, though what runs in it waits: for a line from a person, or for what never comes.
 */

import type { Clock } from './clock.ts';

const STAY_MILLISECONDS = 5_000;

export class Wakefulness {
  readonly #clock: Clock;
  readonly #isNeeded: () => boolean;
  #isTimed = false;

  constructor(clock: Clock, isNeeded: () => boolean) {
    this.#clock = clock;
    this.#isNeeded = isNeeded;
  }

  /** From now on, as long as it is needed. One timer serves all turns until it fires: timers are not free. */
  keep(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.after(STAY_MILLISECONDS, () => {
      this.#isTimed = false;
      if (this.#isNeeded()) this.keep();
    });
  }
}
