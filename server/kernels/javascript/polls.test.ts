/** When the guest goes on, yields and stops. */

import { describe, expect, it } from 'vitest';
import { Polls } from './polls.ts';

async function pollTimes(polls: Polls, times: number): Promise<number[]> {
  const answers: number[] = [];
  for (let count = 0; count < times; count += 1) answers.push(await polls.suspending());
  return answers;
}

describe('polls', () => {
  it('stop exactly when the fuel is used up', async () => {
    const polls = new Polls(async () => {});
    polls.begin(7);
    expect(await pollTimes(polls, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(polls.stopped).toBeNull();
    expect(await pollTimes(polls, 2)).toEqual([1, 1]);
    expect(polls.stopped).toBe('fuel');
  });

  it('yield every fifth time, and answer at once otherwise', async () => {
    let yields = 0;
    const polls = new Polls(async () => {
      yields += 1;
    });
    polls.begin(100);
    const waits = Array.from({ length: 4 }, () => polls.suspending());
    expect(waits).toEqual([0, 0, 0, 0]);
    expect(polls.suspending()).toBeInstanceOf(Promise);
    await pollTimes(polls, 10);
    expect(yields).toBe(3);
  });

  it('stop after an interrupt, also one that comes during a yield', async () => {
    const polls: Polls = new Polls(async () => polls.interrupt());
    polls.begin(100);
    expect(await pollTimes(polls, 6)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(polls.stopped).toBe('user');
    polls.begin(100);
    expect(polls.stopped).toBeNull();
    expect(polls.suspending()).toBe(0);
  });

  it('wait once for what is awaited, and no longer than until an interrupt', async () => {
    const polls = new Polls(async () => {});
    polls.begin(100);
    polls.waitFor(Promise.resolve());
    expect(polls.suspending()).toBeInstanceOf(Promise);
    await Promise.resolve();
    polls.begin(100);
    polls.waitFor(new Promise(() => {}));
    const waiting = polls.suspending();
    polls.interrupt();
    expect(await waiting).toBe(1);
    polls.begin(100);
    expect(polls.suspending()).toBe(0);
  });

  it('have little fuel where they cannot yield', () => {
    const polls = new Polls(async () => {});
    polls.beginPlain();
    let count = 0;
    while (polls.plain() === 0) count += 1;
    expect(count).toBe(1_000);
    polls.beginPlain();
    expect(polls.plain()).toBe(0);
  });
});
