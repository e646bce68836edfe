/** Judges the runner: whether it still answers, and how much memory it takes. */

const MEBIBYTE = 1024 * 1024;

export const RUNNER_LIMITS = {
  /** No answer for this long when somebody wants a program to end: the program does not yield. */
  endWantedMs: 500,
  /** No answer for this long while several requests are being answered: one of them blocks the others. */
  sharedMs: 5_000,
  /** No answer for this long from a program that has the runner for itself: `cpu_ms` of wrangler.toml. */
  aloneMs: 300_000,
  residentBytes: 1024 * MEBIBYTE,
} as const;

export interface RunnerCondition {
  /** For how long the oldest heartbeat has been without an answer, in milliseconds. */
  readonly silentMs: number;
  /** Somebody has asked for a program's end since the last answer. */
  readonly endWanted: boolean;
  /** Requests being answered. */
  readonly requests: number;
  readonly residentBytes: number;
}

/** Why the runner must be killed, or undefined when it may go on. */
export function verdict(condition: RunnerCondition): string | undefined {
  const { silentMs, endWanted, requests, residentBytes } = condition;
  if (residentBytes > RUNNER_LIMITS.residentBytes) {
    return `its programs took ${Math.ceil(residentBytes / MEBIBYTE)} MiB of memory (limit ${RUNNER_LIMITS.residentBytes / MEBIBYTE})`;
  }
  const limit = endWanted ? RUNNER_LIMITS.endWantedMs : requests > 1 ? RUNNER_LIMITS.sharedMs : RUNNER_LIMITS.aloneMs;
  return silentMs > limit ? `a program has not yielded for ${Math.round(silentMs)} ms` : undefined;
}
