/** The platform's time, for the session core. */

import type { Clock } from './session/clock.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, fn) {
    const timer = setTimeout(fn, milliseconds);
    return () => clearTimeout(timer);
  },
};
