/** `util`, as far as a REPL needs it. */

import { formatWithOptions, inspect, stripVTControlCharacters } from '../print/inspect.ts';
import { types } from '../print/inspect-hooks.ts';

type AnyFunction = (...parameters: never[]) => unknown;

const custom = Symbol.for('nodejs.util.promisify.custom');

/** As Node's: a function that calls back becomes one that returns a promise. */
function promisify(original: AnyFunction): AnyFunction {
  if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function.');
  const own: unknown = Reflect.get(original, custom);
  if (typeof own === 'function') return own as AnyFunction;
  return function (this: unknown, ...parameters: never[]) {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, value: unknown) => (error ? reject(error) : resolve(value));
      Reflect.apply(original, this, [...parameters, done]);
    });
  };
}
promisify.custom = custom;

export const util = {
  inspect,
  format: (...values: unknown[]): string => formatWithOptions({}, values),
  formatWithOptions: (options: Parameters<typeof formatWithOptions>[0], ...values: unknown[]): string =>
    formatWithOptions(options, values),
  promisify,
  stripVTControlCharacters,
  types,
  TextEncoder,
  TextDecoder,
};
