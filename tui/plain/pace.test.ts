/** Inputs are sent no faster than a server admits. */

import { expect, it } from 'vitest';
import { CHANNEL_CONTROL } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { FrameRate } from '../../protocol/rate.ts';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { Pace } from './pace.ts';

const frame = { type: 0x05, flags: 0, channel: CHANNEL_CONTROL, seq: 0, payload: new Uint8Array() };

it('never sends more than a server admits, and does not stand still', async () => {
  const clock = new ManualClock();
  const pace = new Pace(clock);
  const rate = new FrameRate();
  let sent = 0;
  const sending = (async () => {
    for (; sent < 1000; sent++) {
      await pace.turn();
      expect(rate.admit(frame, clock.now())).toBe(true);
    }
  })();
  for (let tick = 0; sent < 1000; tick++) {
    if (tick > 20_000) throw new Error(`only ${sent} were sent`);
    clock.advance(1);
    await Promise.resolve();
    await Promise.resolve();
  }
  await sending;
  expect(clock.now()).toBeLessThan((1000 / LIMITS.controlFramesPerSecond) * 1500);
});
