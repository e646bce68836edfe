/** When the runner is given up. */

import { describe, expect, it } from 'vitest';
import { RUNNER_LIMITS, type RunnerCondition, Silence, verdict } from './runner-health.ts';

const healthy: RunnerCondition = {
  unansweredMs: 0,
  quietMs: 0,
  endWanted: false,
  requests: 1,
  residentBytes: 64 * 1024 * 1024,
};
const { endWantedMs, sharedMs, aloneMs, residentBytes } = RUNNER_LIMITS;
const silent = (ms: number) => ({ unansweredMs: ms, quietMs: ms });

describe('the verdict on the runner', () => {
  it.each<[string, Partial<RunnerCondition>, Partial<RunnerCondition>]>([
    [
      'when a program shall end',
      { endWanted: true, ...silent(endWantedMs) },
      { endWanted: true, ...silent(endWantedMs + 1) },
    ],
    ['when programs share it', { requests: 2, ...silent(sharedMs) }, { requests: 2, ...silent(sharedMs + 1) }],
    ['when a program has it alone', silent(aloneMs), silent(aloneMs + 1)],
    ['on memory', { residentBytes }, { residentBytes: residentBytes + 1 }],
  ])('lets it go on at the limit and not one over, %s', (_, at, over) => {
    expect(verdict({ ...healthy, ...at })).toBeUndefined();
    expect(verdict({ ...healthy, ...over })).toMatch(
      /^(its programs took 1025 MiB|a program has not yielded for \d+ ms)/,
    );
  });

  it('lets one go on that sends output, unless it has to end and does not listen', () => {
    const busy = { ...healthy, requests: 2, unansweredMs: aloneMs + 1 };
    expect(verdict(busy)).toBeUndefined();
    expect(verdict({ ...busy, endWanted: true })).toMatch(/not yielded/);
  });
});

describe('silence', () => {
  const tickMs = 250;

  it('counts from the heartbeat to its answer', () => {
    const silence = new Silence(tickMs);
    expect(silence.tick(100)).toEqual(silent(0));
    silence.ask(1000);
    expect(silence.tick(1250)).toEqual(silent(250));
    expect(silence.tick(1520)).toEqual(silent(520));
    silence.answered();
    expect(silence.tick(1800)).toEqual(silent(0));
  });

  it('is broken by anything that comes, but the heartbeat is not answered by it', () => {
    const silence = new Silence(tickMs);
    silence.ask(0);
    silence.tick(250);
    silence.heard();
    expect(silence.tick(500)).toEqual({ unansweredMs: 500, quietMs: 250 });
  });

  it('does not count the time in which nobody could listen', () => {
    const silence = new Silence(tickMs);
    silence.ask(0);
    silence.tick(250);
    expect(silence.tick(1_000_000)).toEqual(silent(750));
  });
});
