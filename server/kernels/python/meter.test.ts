/** The time that Python may use, as its checks measure it. */

import { describe, expect, it } from 'vitest';
import { type CheckCounter, Meter } from './meter.ts';

/** A guest whose checks are `milliseconds` apart, and who runs until its time is used up: how long that was. */
function run(meter: Meter, counter: CheckCounter, clock: { now: number }, milliseconds: () => number): number[] {
  const slices: number[] = [];
  while (meter.left > 0) {
    const slice = counter.value * milliseconds();
    counter.value = 0;
    meter.yield();
    clock.now += slice;
    meter.read();
    meter.beginSlice();
    slices.push(slice);
  }
  return slices;
}

function started(allowed: number) {
  const clock = { now: 1_000 };
  const counter = { value: 0 };
  const meter = new Meter(() => clock.now);
  meter.countWith(counter);
  meter.start(allowed);
  return { clock, counter, meter };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe('the time that a guest may use', () => {
  it.each([0.0005, 0.01, 0.04, 0.5])('is the same when its checks are %f ms apart', (milliseconds) => {
    const { clock, counter, meter } = started(2_000);
    const slices = run(meter, counter, clock, () => milliseconds);
    const last = slices.at(-1) ?? 0;
    expect(sum(slices)).toBeGreaterThanOrEqual(2_000);
    expect(sum(slices) - last).toBeLessThan(2_000);
    expect(last).toBe(milliseconds < 0.001 ? 10_000 * milliseconds : 5);
  });

  it('is kept when the checks suddenly take 32,000 times as long', () => {
    const { clock, counter, meter } = started(2_000);
    let slice = 0;
    const slices = run(meter, counter, clock, () => (slice++ < 100 ? 0.0005 : 16));
    expect(slices.slice(110).every((each) => each <= 160)).toBe(true);
  });

  it('is used up though the clock stands still', () => {
    const { counter, meter } = started(1);
    for (let slices = 0; meter.left > 0 && slices < 1_000; slices += 1) {
      counter.value = 0;
      meter.yield();
      meter.beginSlice();
    }
    expect(meter.left).toBeLessThanOrEqual(0);
  });

  it('is not used by waiting, and what ran before that is estimated', () => {
    const { clock, counter, meter } = started(1_000);
    counter.value -= 100;
    meter.endSlice();
    clock.now += 60_000;
    meter.beginSlice();
    expect(meter.left).toBeCloseTo(999);
  });

  it('is not used by who runs in between', () => {
    const first = started(1_000);
    const second = started(1_000);
    first.counter.value = 0;
    first.meter.yield();
    first.clock.now += 7;
    second.meter.beginSlice();
    first.clock.now += 500;
    first.meter.read();
    expect(first.meter.left).toBe(993);
  });

  it('is used from a slice that was cut short as well, which says nothing about the next', () => {
    const { clock, counter, meter } = started(1_000);
    counter.value -= 2;
    meter.cutShort();
    meter.yield();
    clock.now += 3;
    meter.read();
    meter.beginSlice();
    expect(meter.left).toBe(997);
    expect(counter.value).toBe(500);
  });
});
