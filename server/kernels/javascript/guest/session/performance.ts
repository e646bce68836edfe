/** `performance`, counted from the session's first start. */

import { host } from '../core/host.ts';
import { defineGlobals, state } from '../core/state.ts';

export class Performance {
  get timeOrigin(): number {
    return state.timeOrigin;
  }
  now(): number {
    return host.now() - state.timeOrigin;
  }
  toJSON(): { timeOrigin: number } {
    return { timeOrigin: this.timeOrigin };
  }
}

defineGlobals({ Performance, performance: new Performance() });
