/** The limit on control frames: a window of one second. Pure; the caller gives the time. */

import { LIMITS } from './limits.ts';

export class FrameRate {
  #windowStart = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** False when this frame is one too many in the second that began with the first frame counted. `now` in milliseconds. */
  admit(now: number): boolean {
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= LIMITS.controlFramesPerSecond;
  }
}
