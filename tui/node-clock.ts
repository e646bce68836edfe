/** Time as this process has it. */

import type { ClientClock } from './client/clock.ts';

export const nodeClock: ClientClock = {
  now: () => performance.now(),
  after(milliseconds, fn) {
    const timer = setTimeout(fn, milliseconds);
    return () => clearTimeout(timer);
  },
};
