/** Judges the runner: whether it still answers, and how much memory it takes. */

const MEBIBYTE = 1024 * 1024;

export const RUNNER_LIMITS = {
  /** No answer for this long when somebody wants a program to end: the program does not yield. */
  endWantedMs: 500,
  /** No answer and no output for this long while several requests are being answered: one blocks the others. */
  sharedMs: 5_000,
  /** No answer and no output for this long from a program that has the runner for itself: `cpu_ms` of wrangler.toml. */
  aloneMs: 300_000,
  residentBytes: 1024 * MEBIBYTE,
} as const;

export interface RunnerCondition {
  /** For how long the oldest heartbeat has been without an answer, in milliseconds. */
  readonly unansweredMs: number;
  /** For how long, of that, nothing at all has come from the runner. */
  readonly quietMs: number;
  /** Somebody has asked for a program's end since the last answer. */
  readonly endWanted: boolean;
  /** Requests being answered. */
  readonly requests: number;
  readonly residentBytes: number;
}

/** Why the runner must be killed, or undefined when it may go on. */
export function verdict(condition: RunnerCondition): string | undefined {
  const { unansweredMs, quietMs, endWanted, requests, residentBytes } = condition;
  if (residentBytes > RUNNER_LIMITS.residentBytes) {
    return `its programs took ${Math.ceil(residentBytes / MEBIBYTE)} MiB of memory (limit ${RUNNER_LIMITS.residentBytes / MEBIBYTE})`;
  }
  const limit = endWanted ? RUNNER_LIMITS.endWantedMs : requests > 1 ? RUNNER_LIMITS.sharedMs : RUNNER_LIMITS.aloneMs;
  // What still sends yields now and then, however busy it is; but what is to end has to listen as well.
  const silentMs = endWanted ? unansweredMs : quietMs;
  return silentMs > limit ? `a program has not yielded for ${Math.round(silentMs)} ms` : undefined;
}

/**
 * How long the runner has been silent, counted from tick to tick. A tick that comes late counts as two at most: then it
 * was this process that could not listen, because the machine is busy or was asleep.
 */
export class Silence {
  readonly #tickMs: number;
  #last = 0;
  #unanswered: number | null = null;
  #quiet = 0;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** A heartbeat was sent, at `now` in milliseconds. */
  ask(now: number): void {
    this.#last = now;
    this.#unanswered = 0;
    this.#quiet = 0;
  }

  /** The heartbeat was answered, or failed. */
  answered(): void {
    this.#unanswered = null;
    this.#quiet = 0;
  }

  /** Something else came from the runner. */
  heard(): void {
    this.#quiet = 0;
  }

  tick(now: number): Pick<RunnerCondition, 'unansweredMs' | 'quietMs'> {
    const passed = Math.min(now - this.#last, 2 * this.#tickMs);
    this.#last = now;
    if (this.#unanswered !== null) {
      this.#unanswered += passed;
      this.#quiet += passed;
    }
    return { unansweredMs: this.#unanswered ?? 0, quietMs: this.#quiet };
  }
}
