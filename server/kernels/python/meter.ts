/**
 * Measures how long Python runs, in slices that a yield to others ends.
 *
 * Clocks stand still during synchronous code on Cloudflare: within a slice, only Python's checks can be counted. What lies
 * between two checks differs a thousandfold: one `str()`, fifty turns of a loop, 4,096 steps of a regular expression. So
 * each slice is timed by the readings of the clock around it, and the next is given as many checks as that suggests.
 */

/** How long others wait. */
const SLICE_MILLISECONDS = 5;
const FIRST_CHECKS = 500;
const MIN_CHECKS = 10;
/** So many that yielding costs little if checks are cheap, so few that others do not wait long if they suddenly are not. */
const MAX_CHECKS = 10_000;
/** A slice has at most so many times the checks of the last. */
const MAX_GROWTH = 2;
/** Milliseconds that a check takes at the least: what is counted if a clock should stand still altogether. */
const MIN_CHECK_MILLISECONDS = 0.0001;

/** What counts the checks down: `left` of build/check-counter.ts. */
export interface CheckCounter {
  value: number;
}

/** Whose slice ended since the clock was last read: the clock went on for it, not for who reads. One per isolate. */
let unread: Meter | null = null;

export class Meter {
  readonly #now: () => number;
  #counter: CheckCounter = { value: 0 };
  /** Checks of a whole slice. */
  #checks = FIRST_CHECKS;
  /** Checks of this slice, which may have been cut short. */
  #given = 0;
  #millisecondsPerCheck = 0;
  #begun = 0;
  #left = 0;

  /** @param now milliseconds; may stand still while code runs */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds that are left to run; negative once they are used up. */
  get left(): number {
    return this.#left;
  }

  countWith(counter: CheckCounter): void {
    this.#counter = counter;
  }

  /** From now on, `milliseconds` may be used. */
  start(milliseconds: number): void {
    this.#left = milliseconds;
    this.#checks = FIRST_CHECKS;
    this.#millisecondsPerCheck = SLICE_MILLISECONDS / FIRST_CHECKS;
    this.beginSlice();
  }

  /** What was between the end of the last slice and now is not counted. */
  beginSlice(): void {
    this.read();
    this.#begun = this.#now();
    this.#given = this.#checks;
    this.#counter.value = this.#given;
  }

  /** The slice ends at the next check. */
  cutShort(): void {
    this.#given -= Math.max(0, this.#counter.value);
    this.#counter.value = 0;
  }

  /** The slice ends with the turn, or with a wait: what it took is estimated. */
  endSlice(): void {
    this.cutShort();
    this.#use(this.#given * this.#millisecondsPerCheck);
    this.#given = 0;
  }

  /** The slice ends, and others run. What it took is known at the next `read` of anyone. */
  yield(): void {
    this.cutShort();
    unread = this;
  }

  /** After a yield. */
  read(): void {
    const meter = unread;
    unread = null;
    if (meter) meter.#measure();
  }

  #measure(): void {
    const milliseconds = Math.max(0, this.#now() - this.#begun);
    this.#use(milliseconds);
    if (this.#given < this.#checks) return;
    this.#millisecondsPerCheck = milliseconds / this.#given;
    const factor = Math.min(MAX_GROWTH, SLICE_MILLISECONDS / milliseconds);
    this.#checks = Math.min(MAX_CHECKS, Math.max(MIN_CHECKS, Math.round(this.#checks * factor)));
  }

  #use(milliseconds: number): void {
    this.#left -= Math.max(milliseconds, this.#given * MIN_CHECK_MILLISECONDS);
  }
}
