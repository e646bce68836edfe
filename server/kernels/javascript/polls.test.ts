/** When the guest goes on, yields and stops. */

import { describe, expect, it } from 'vitest';
import { POLLS_PER_FUEL, Polls } from './polls.ts';

/** Where clocks stand still. */
const still = (): number => 0;

/** Polls `times`, each for one unit of fuel. */
async function pollTimes(polls: Polls, times: number): Promise<number[]> {
  const answers: number[] = [];
  for (let count = 0; count < times; count += 1) answers.push(await polls.suspending(POLLS_PER_FUEL));
  return answers;
}

describe('polls', () => {
  it('stop exactly when the fuel is used up', async () => {
    const polls = new Polls(async () => {}, still);
    polls.begin(7);
    expect(await pollTimes(polls, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(polls.stopped).toBeNull();
    expect(await pollTimes(polls, 2)).toEqual([1, 1]);
    expect(polls.stopped).toBe('fuel');
  });

  it('return the fuel of what the clock tells, so that time alone decides; not what was used while it stood', async () => {
    let now = 0;
    const polls = new Polls(
      async () => {},
      () => now,
    );
    polls.begin(6000);
    for (let count = 0; count < 10; count += 1) {
      await pollTimes(polls, 99);
      now += 1;
      await polls.suspending(POLLS_PER_FUEL);
    }
    // 5,000 of the 6,000 while the clock stands: no tick brings back so many.
    await pollTimes(polls, 5_000);
    now += 1;
    expect(await pollTimes(polls, 1_000)).toEqual(new Array(1_000).fill(0));
    expect(polls.stopped).toBeNull();
    expect(await pollTimes(polls, 1)).toEqual([1]);
    polls.begin(6000);
    for (let passed = 0; passed < 1_000; passed += 1) {
      now += 1;
      expect(await polls.suspending(POLLS_PER_FUEL)).toBe(0);
    }
    now += 1;
    expect(polls.suspending(POLLS_PER_FUEL)).toBe(1);
  });

  it('yield with every fifth unit of fuel, and answer at once otherwise', async () => {
    let yields = 0;
    const polls = new Polls(async () => {
      yields += 1;
    }, still);
    polls.begin(100);
    const waits = Array.from({ length: 4 }, () => polls.suspending(POLLS_PER_FUEL));
    expect(waits).toEqual([0, 0, 0, 0]);
    expect(polls.suspending(POLLS_PER_FUEL)).toBeInstanceOf(Promise);
    await pollTimes(polls, 10);
    expect(yields).toBe(3);
  });

  it('ask at every eighth while no time passes, at each when it does; yield and stop by the clock', async () => {
    let now = 1000;
    let yields = 0;
    const polls = new Polls(
      async () => {
        yields += 1;
        // What others take is not counted.
        now += 1_000_000;
      },
      () => now,
    );
    const counter = { value: 0 };
    polls.countWith(counter);
    polls.beginShort(6000, 20);
    const given = Array.from({ length: 5 }, () => {
      expect(polls.suspending()).toBe(0);
      return counter.value;
    });
    expect(given).toEqual([2, 4, 8, 8, 8]);
    now += 4;
    expect(polls.suspending()).toBe(0);
    expect(counter.value).toBe(1);
    now += 1;
    expect(await polls.suspending()).toBe(0);
    expect(yields).toBe(1);
    now += 15;
    expect(await polls.suspending()).toBe(0);
    expect(yields).toBe(2);
    now += 1;
    expect(polls.suspending()).toBe(1);
    expect(polls.stopped).toBe('fuel');
  });

  it('stop after an interrupt, also one that comes during a yield', async () => {
    const polls: Polls = new Polls(async () => polls.interrupt(), still);
    polls.begin(100);
    expect(await pollTimes(polls, 6)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(polls.stopped).toBe('user');
    polls.begin(100);
    expect(polls.stopped).toBeNull();
    expect(polls.suspending()).toBe(0);
  });

  it('wait once for what is awaited, and no longer than until an interrupt', async () => {
    const polls = new Polls(async () => {}, still);
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

  it('stop after a second of the clock where they cannot yield', () => {
    let now = 0;
    const polls = new Polls(
      async () => {},
      () => now,
    );
    polls.beginPlain();
    now = 999;
    expect(polls.plain()).toBe(0);
    now = 1000;
    expect(polls.plain()).toBe(1);
  });

  it('have little fuel where they cannot yield', () => {
    const polls = new Polls(async () => {}, still);
    polls.beginPlain();
    let count = 0;
    while (polls.plain() === 0) count += 1;
    expect(count).toBe(1_000 * POLLS_PER_FUEL);
    polls.beginPlain();
    expect(polls.plain()).toBe(0);
  });
});
