/** How long to wait before the next attempt to connect: doubling, with jitter, so that many clients do not return at once. */

const FIRST_MILLISECONDS = 25;
const LONGEST_MILLISECONDS = 5_000;

export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** `random`: from 0 to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds to wait now; each call means another failure. */
  next(): number {
    const longest = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** this.#failures);
    this.#failures += 1;
    return longest * (0.5 + this.#random() / 2);
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
