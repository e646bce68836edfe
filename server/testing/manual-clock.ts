/** A clock that stands still until a test moves it. */

import type { Clock } from '../session/clock.ts';

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, fn: () => void): () => void {
    const timer = { at: this.#now + milliseconds, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many calls are due some time. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets time pass; what becomes due is called in order of time, each at its own moment. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.fn();
    }
    this.#now = end;
  }
}
