/** The limit on control frames: a window of one second. Pure; the caller gives the time. */

import { TYPE_CREDIT, TYPE_PROOF, TYPE_SUBMIT } from './control.ts';
import { CHANNEL_CONTROL, type Frame } from './frame.ts';
import { LIMITS } from './limits.ts';

const UNCOUNTED: ReadonlySet<number> = new Set([TYPE_CREDIT, TYPE_PROOF, TYPE_SUBMIT]);

export class FrameRate {
  #windowStart = Number.NEGATIVE_INFINITY;
  #count = 0;

  /**
   * False when this frame is one control frame too many in the second that began with the first one counted. CREDIT and
   * PROOF are not counted: who reads fast must send them often. Nor is SUBMIT: the queue bounds what may wait. `now` in milliseconds; a clock that was set back begins a new second.
   */
  admit({ channel, type }: Frame, now: number): boolean {
    if (channel !== CHANNEL_CONTROL || UNCOUNTED.has(type)) return true;
    const elapsed = now - this.#windowStart;
    if (elapsed >= 1000 || elapsed < 0) {
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= LIMITS.controlFramesPerSecond;
  }
}
