/** Printing values as Node's REPL and console do. */

import util from 'node-inspect-extracted';
import { apply } from '../core/primordials.ts';
import { classOf, rememberingClasses } from '../core/safe.ts';
import { stackOf } from './stack.ts';

export type InspectOptions = Parameters<typeof util.inspect>[1];

const inspectNatively = util.inspect;
const formatNatively = util.formatWithOptions;

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
