/**
 * Decides at each of QuickJS's polls whether the guest goes on, lets others run, or stops.
 *
 * QuickJS polls once per 10,000 of its own checks (0.07 to 1 ms of guest code). Clocks stand still during synchronous
 * code on Cloudflare, so that the number of polls is the only measure of how long a guest has run.
 */

export type StopReason = 'user' | 'fuel';

/** Polls between two yields: others wait at most about 5 ms. */
const POLLS_PER_YIELD = 5;
/** Fuel of a call that cannot yield: about a second at the most. */
const PLAIN_FUEL = 1_000;

const GO_ON = 0;
const STOP = 1;

export class Polls {
  readonly #yieldControl: () => Promise<void>;
  #fuel = 0;
  #plainFuel = 0;
  #untilYield = POLLS_PER_YIELD;
  #stopped: StopReason | null = null;
  /** What the next poll waits for. */
  #awaited: Promise<void> | null = null;
  #wake: () => void = () => undefined;

  /** @param yieldControl lets everything else in the isolate run, and waits while the guest must not go on */
  constructor(yieldControl: () => Promise<void>) {
    this.#yieldControl = yieldControl;
  }

  /** Why the guest was told to stop since the last `begin`; null if it was not. */
  get stopped(): StopReason | null {
    return this.#stopped;
  }

  /** Starts a turn of at most `fuel` polls. */
  begin(fuel: number): void {
    this.#fuel = fuel;
    this.#untilYield = POLLS_PER_YIELD;
    this.#stopped = null;
    this.#awaited = null;
  }

  /** Starts a call outside any turn, which cannot yield. */
  beginPlain(): void {
    this.#plainFuel = PLAIN_FUEL;
  }

  /** Ends the turn at its next poll. */
  interrupt(): void {
    this.#stopped ??= 'user';
    this.#wake();
  }

  /** The next poll that can suspend waits for `work`, or until the turn is ended. `work` must not reject. */
  waitFor(work: Promise<void>): void {
    this.#awaited = work;
  }

  /** A poll on a stack that can suspend. */
  suspending(): number | Promise<number> {
    this.#fuel -= 1;
    if (this.#fuel < 0) this.#stopped ??= 'fuel';
    if (this.#stopped) return STOP;
    if (this.#awaited) return this.#wait(this.#awaited);
    this.#untilYield -= 1;
    if (this.#untilYield > 0) return GO_ON;
    return this.yieldNow();
  }

  /** A poll on a stack that cannot suspend. */
  plain(): number {
    this.#plainFuel -= 1;
    return this.#plainFuel < 0 ? STOP : GO_ON;
  }

  async #wait(work: Promise<void>): Promise<number> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([work, woken]);
    this.#wake = () => undefined;
    this.#awaited = null;
    return this.#stopped ? STOP : GO_ON;
  }

  /** Lets others run; resolves with what a poll then answers. */
  async yieldNow(): Promise<number> {
    this.#untilYield = POLLS_PER_YIELD;
    await this.#yieldControl();
    return this.#stopped ? STOP : GO_ON;
  }
}
