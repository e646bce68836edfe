/** What the prelude as a whole remembers. */

export const state: {
  /** The number of the input that what happens now belongs to. */
  input: number;
  /** `host.now()` when the session first started. */
  timeOrigin: number;
} = { input: 0, timeOrigin: 0 };

/** Defines globals as the platform does: writable, configurable, not enumerable. */
export function defineGlobals(globals: Record<string, unknown>): void {
  for (const name of Object.keys(globals)) {
    Object.defineProperty(globalThis, name, {
      value: globals[name],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}
