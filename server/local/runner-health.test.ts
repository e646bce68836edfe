import { describe, expect, it } from 'vitest';
import { RUNNER_LIMITS, type RunnerCondition, verdict } from './runner-health.ts';

const healthy: RunnerCondition = { silentMs: 0, endWanted: false, requests: 1, residentBytes: 64 * 1024 * 1024 };
const { endWantedMs, sharedMs, aloneMs, residentBytes } = RUNNER_LIMITS;

describe('the verdict on the runner', () => {
  it.each<[string, Partial<RunnerCondition>, Partial<RunnerCondition>]>([
    [
      'when a program shall end',
      { endWanted: true, silentMs: endWantedMs },
      { endWanted: true, silentMs: endWantedMs + 1 },
    ],
    ['when programs share it', { requests: 2, silentMs: sharedMs }, { requests: 2, silentMs: sharedMs + 1 }],
    ['when a program has it alone', { silentMs: aloneMs }, { silentMs: aloneMs + 1 }],
    ['on memory', { residentBytes }, { residentBytes: residentBytes + 1 }],
  ])('lets it go on at the limit and not one over, %s', (_, at, over) => {
    expect(verdict({ ...healthy, ...at })).toBeUndefined();
    expect(verdict({ ...healthy, ...over })).toMatch(
      /^(its programs took 1025 MiB|a program has not yielded for \d+ ms)/,
    );
  });
});
