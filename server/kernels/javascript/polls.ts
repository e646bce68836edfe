/**
 * Decides at QuickJS's polls whether the guest goes on, lets others run, or stops.
 *
 * QuickJS polls once per 53 of its own checks (build-poll-interval.ts): some microseconds of loops and calls, or a tenth of
 * a second of built-in functions that take long. The host is asked at each of them while time visibly passes between two,
 * else at every eighth. Clocks stand still during synchronous code on Cloudflare, where the number of polls is the only
 * measure of how long a guest has run; where they do not, the guest yields by the clock as well, and what the clock tells
 * of costs no fuel.
 */

import { millisecondsOf } from '../fuel.ts';

export type StopReason = 'user' | 'fuel';

/** A unit of fuel is for some 10,000 checks, 0.07 to 1 ms of loops and calls. */
export const POLLS_PER_FUEL = 200;
/** Polls between two yields: others wait at most about 5 ms. */
const POLLS_PER_YIELD = 5 * POLLS_PER_FUEL;
const MILLISECONDS_PER_YIELD = 5;
/** Polls until the host is asked again, at most. */
const MAX_GIVEN = 8;
/** So much time between two questions is visible. */
const SLOW_MILLISECONDS = 2;
/** Fuel of a call that cannot yield: about a second at the most. */
const PLAIN_FUEL = 1_000;
const PLAIN_MILLISECONDS = 1_000;

/** Clocks tell whole milliseconds, and on a busy machine many pass in which the guest did not run. */
const LEAST_MILLISECONDS = 100;
/** A clock that runs tells of some time before as much fuel is used: it is for 7 ms of the cheapest loops. */
const MAX_RETURNED_FUEL = 100;

const GO_ON = 0;
const STOP = 1;

/** What counts the polls down: `left` of build-interrupt-switch.ts. */
interface PollCounter {
  value: number;
}

export class Polls {
  readonly #yieldControl: () => Promise<void>;
  readonly #now: () => number;
  #counter: PollCounter = { value: 0 };
  /** Polls from the last question to the next. */
  #given = 1;
  #readAt = 0;
  #yieldedAt = 0;
  #fuel = 0;
  /** Used since the clock last told of time. */
  #untoldFuel = 0;
  /** Whether fuel comes back that the clock accounts for. */
  #isFuelReturned = false;
  /** Of the guest's own time, as far as the clock tells it. */
  #millisecondsLeft = 0;
  #plainFuel = 0;
  #plainSince = 0;
  #untilYield = POLLS_PER_YIELD;
  #stopped: StopReason | null = null;
  /** What the next poll waits for. */
  #awaited: Promise<void> | null = null;
  #wake: () => void = () => undefined;

  /**
   * @param yieldControl lets everything else in the isolate run, and waits while the guest must not go on
   * @param now milliseconds; may stand still while code runs
   */
  constructor(yieldControl: () => Promise<void>, now: () => number) {
    this.#yieldControl = yieldControl;
    this.#now = now;
  }

  countWith(counter: PollCounter): void {
    this.#counter = counter;
  }

  /** Why the guest was told to stop since the last `begin`; null if it was not. */
  get stopped(): StopReason | null {
    return this.#stopped;
  }

  /** Starts a turn of at most `fuel`; where the clock runs, of the time that the fuel is for. */
  begin(fuel: number): void {
    this.beginShort(fuel, Math.max(LEAST_MILLISECONDS, millisecondsOf(fuel)));
    this.#isFuelReturned = true;
  }

  /** Starts a turn of at most `fuel`, and of at most so many milliseconds where the clock tells them. */
  beginShort(fuel: number, milliseconds: number): void {
    this.#fuel = fuel;
    this.#untoldFuel = 0;
    this.#isFuelReturned = false;
    this.#millisecondsLeft = milliseconds;
    this.#stopped = null;
    this.#awaited = null;
    this.waited();
  }

  /** Starts a call outside any turn, which cannot yield. */
  beginPlain(): void {
    this.#plainFuel = PLAIN_FUEL;
    this.#plainSince = this.#now();
  }

  /** Ends the turn at its next poll, and whatever is run after that at each. */
  interrupt(): void {
    this.#stopped ??= 'user';
    this.#given = 1;
    this.#counter.value = this.#given;
    this.#wake();
  }

  /** The next poll that can suspend waits for `work`, or until the turn is ended. `work` must not reject. */
  waitFor(work: Promise<void>): void {
    this.#awaited = work;
  }

  /** A poll on a stack that can suspend. `used`: polls that what ran since the last counts for. */
  suspending(used = this.#given): number | Promise<number> {
    const now = this.#now();
    const elapsed = Math.max(0, now - this.#readAt);
    this.#readAt = now;
    this.#burn(used / POLLS_PER_FUEL, elapsed);
    if (this.#fuel < 0 || this.#millisecondsLeft < 0) this.#stopped ??= 'fuel';
    if (this.#stopped) return STOP;
    if (this.#awaited) return this.#wait(this.#awaited);
    this.#give(elapsed);
    this.#untilYield -= used;
    if (this.#untilYield > 0 && now - this.#yieldedAt < MILLISECONDS_PER_YIELD) return GO_ON;
    return this.yieldNow();
  }

  /** A poll on a stack that cannot suspend. */
  plain(): number {
    this.#plainFuel -= this.#given / POLLS_PER_FUEL;
    this.#counter.value = this.#given;
    return this.#plainFuel < 0 || this.#now() - this.#plainSince >= PLAIN_MILLISECONDS ? STOP : GO_ON;
  }

  async #wait(work: Promise<void>): Promise<number> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([work, woken]);
    this.#wake = () => undefined;
    this.#awaited = null;
    this.waited();
    return this.#stopped ? STOP : GO_ON;
  }

  /** Lets others run; resolves with what a poll then answers. */
  async yieldNow(): Promise<number> {
    await this.#yieldControl();
    this.waited();
    return this.#stopped ? STOP : GO_ON;
  }

  /** The guest waited, and others ran: what they took is not the guest's. */
  waited(): void {
    this.#untilYield = POLLS_PER_YIELD;
    this.#readAt = this.#now();
    this.#yieldedAt = this.#readAt;
    this.#counter.value = this.#given;
  }

  #burn(fuel: number, elapsed: number): void {
    this.#millisecondsLeft -= elapsed;
    this.#fuel -= fuel;
    this.#untoldFuel += fuel;
    if (elapsed === 0) return;
    if (this.#isFuelReturned && this.#untoldFuel <= MAX_RETURNED_FUEL) this.#fuel += this.#untoldFuel;
    this.#untoldFuel = 0;
  }

  #give(elapsed: number): void {
    this.#given = elapsed >= SLOW_MILLISECONDS ? 1 : Math.min(MAX_GIVEN, 2 * this.#given);
    this.#counter.value = this.#given;
  }
}
