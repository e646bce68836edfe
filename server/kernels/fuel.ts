/** How long guest code may run, in the polls that all kernels count alike: clocks stand still during synchronous code. */

/** Polls of the interpreter that fit one second of it. */
const POLLS_PER_SECOND = 6000;
/** Below what the platform lets one event use. */
const MAX_SECONDS = 240;

/** How long a kernel may run that measures time and counts no polls. */
export function millisecondsOf(fuel: number): number {
  return (fuel * 1000) / POLLS_PER_SECOND;
}

/** The fuel of code that may run for `seconds`. */
export function fuelFor(seconds: number): number {
  return Math.ceil(Math.min(seconds, MAX_SECONDS) * POLLS_PER_SECOND);
}
