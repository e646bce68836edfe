/** The limit on control frames: a window of one second. Pure; the caller gives the time. */

import { LIMITS } from './limits.ts';

export class FrameRate {
  #windowStart = Number.NEGATIVE_INFINITY;
  #count = 0;

  /**
   * False when this frame is one too many in the second that began with the first frame counted. `now` in milliseconds;
   * a clock that was set back begins a new second.
   */
  admit(now: number): boolean {
    const elapsed = now - this.#windowStart;
    if (elapsed >= 1000 || elapsed < 0) {
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= LIMITS.controlFramesPerSecond;
  }
}
