/** What the prelude as a whole remembers. */

import { SHARED_INPUT, SHARED_NEXT_TIMER, SHARED_NUMBERS } from '../host-calls.ts';

/** What the host reads and writes in place: see `SHARED_NUMBERS`. */
export const shared = new Float64Array(SHARED_NUMBERS);
shared[SHARED_NEXT_TIMER] = -1;

export const state: {
  /** The number of the input that what happens now belongs to. */
  input: number;
  /** `host.now()` when the session first started. */
  timeOrigin: number;
} = {
  get input() {
    return shared[SHARED_INPUT] as number;
  },
  set input(number: number) {
    shared[SHARED_INPUT] = number;
  },
  timeOrigin: 0,
};

/** Gives functions and classes the names that users see: the bundler shortens those in the source. */
export function nameAll(values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'function') Object.defineProperty(value, 'name', { value: name, configurable: true });
  }
}

/** Defines globals as the platform does: writable, configurable, not enumerable. */
export function defineGlobals(globals: Record<string, unknown>): void {
  nameAll(globals);
  for (const name of Object.keys(globals)) {
    Object.defineProperty(globalThis, name, {
      value: globals[name],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}
