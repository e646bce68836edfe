/** Printing values as Node's REPL and console do. */

import util from 'node-inspect-extracted';
import { apply } from '../core/primordials.ts';
import { classOf, rememberingClasses } from '../core/safe.ts';
import { stackOf } from './stack.ts';

export type InspectOptions = Parameters<typeof util.inspect>[1];

const inspectNatively = util.inspect;
const formatNatively = util.formatWithOptions;

/** SGR parameters by the name of a colour: the package's types know less of it. */
const colours = inspectNatively.colors as unknown as Readonly<Record<string, readonly unknown[]>>;

// As Node 20 colours them.
inspectNatively.styles.regexp = 'red';

/** `util.inspect`, for guests: throws what an `inspect.custom` of the value throws. */
export const inspect: typeof util.inspect = Object.assign(
  function inspect(...parameters: unknown[]) {
    return rememberingClasses(() => apply(inspectNatively, undefined, parameters));
  },
  { custom: inspectNatively.custom, colors: inspectNatively.colors, styles: inspectNatively.styles },
) as typeof util.inspect;
Object.defineProperty(inspect, 'defaultOptions', {
  get: () => inspectNatively.defaultOptions,
  set: (options) => {
    inspectNatively.defaultOptions = options;
  },
});

/** The SGR parameters before and after what has this style; null where the guest has made something else of them. */
export function coloursOf(style: 'number' | 'boolean' | 'undefined'): readonly [number, number] | null {
  try {
    const codes = colours[inspectNatively.styles[style]];
    const on = codes?.[0];
    const off = codes?.[1];
    return typeof on === 'number' && typeof off === 'number' ? [on, off] : null;
  } catch {
    return null;
  }
}

/** Whether a number, boolean or undefined is printed as `String` gives it: -0 is not, and no number with `numericSeparator`. */
export function isPrintedAsText(value: unknown): boolean {
  if (typeof value !== 'number') return true;
  const isMinusZero = value === 0 && 1 / value < 0;
  try {
    return !isMinusZero && inspectNatively.defaultOptions.numericSeparator !== true;
  } catch {
    return false;
  }
}

/** `util.formatWithOptions`. */
export function formatWithOptions(options: InspectOptions, parameters: readonly unknown[]): string {
  const all: unknown[] = [options];
  for (let i = 0; i < parameters.length; i++) all[i + 1] = parameters[i];
  return rememberingClasses(() => apply(formatNatively, undefined, all));
}

export const { stripVTControlCharacters } = util;

/** One printing that cannot fail: where the value defeats the printer, one line says so. */
export function print(value: unknown, options: InspectOptions): string {
  try {
    return rememberingClasses(() => inspectNatively(value, options));
  } catch {
    const stack = stackOf(value);
    return typeof stack === 'string' ? stack : `[${classOf(value) || typeof value}: printing it failed]`;
  }
}
