/** `util`, as far as a REPL needs it. */

import { host } from '../core/host.ts';
import { classOf, isProxy } from '../core/safe.ts';
import { nameAll, state } from '../core/state.ts';
import { formatWithOptions, inspect, stripVTControlCharacters } from '../print/inspect.ts';
import { types as printedTypes } from '../print/inspect-hooks.ts';
import { isDeepStrictEqual } from './deep-equal.ts';

type AnyFunction = (...parameters: never[]) => unknown;

const TYPED_ARRAYS =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array ' +
  'BigInt64Array BigUint64Array';

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

/** As Node's: a function that returns a promise becomes one that calls back. */
function callbackify(original: AnyFunction): AnyFunction {
  return function (this: unknown, ...parameters: never[]) {
    const done = parameters.pop() as unknown as (error: unknown, value?: unknown) => void;
    Promise.resolve(Reflect.apply(original, this, parameters)).then(
      (value) => queueMicrotask(() => done(null, value)),
      (error) => queueMicrotask(() => done(error)),
    );
  };
}

/** Warns once, where it is called first. */
function deprecate(original: AnyFunction, message: string): AnyFunction {
  let isNew = true;
  return function (this: unknown, ...parameters: never[]) {
    if (isNew) host.write('stderr', `DeprecationWarning: ${message}\n`, state.input);
    isNew = false;
    return Reflect.apply(original, this, parameters);
  };
}

function inherits(type: { prototype: object }, base: { prototype: object }): void {
  Object.defineProperty(type, 'super_', { value: base, writable: true, configurable: true });
  Object.setPrototypeOf(type.prototype, base.prototype);
}

/** The text in the colours of `inspect.colors`. */
function styleText(format: string | readonly string[], text: string): string {
  return [format].flat().reduceRight((styled, name) => {
    const codes = Reflect.get(inspect.colors, name) as unknown;
    if (!Array.isArray(codes)) {
      const error = new TypeError(`The argument 'format' must be one of ${Object.keys(inspect.colors).join(', ')}`);
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
    }
    return `\u001b[${codes[0]}m${styled}\u001b[${codes[1]}m`;
  }, text);
}

const types: Record<string, (value: unknown) => boolean> = { ...printedTypes, isProxy };
for (const name of TYPED_ARRAYS.split(' ')) types[`is${name}`] = (value) => classOf(value) === name;
nameAll({ callbackify, deprecate, inherits, isDeepStrictEqual, promisify, styleText, ...types });

export const util = {
  callbackify,
  debuglog: () => Object.assign(() => undefined, { enabled: false }),
  deprecate,
  inherits,
  inspect,
  isDeepStrictEqual,
  format: (...values: unknown[]): string => formatWithOptions({}, values),
  formatWithOptions: (options: Parameters<typeof formatWithOptions>[0], ...values: unknown[]): string =>
    formatWithOptions(options, values),
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString: (text: string): string => `${text}`.toWellFormed(),
  types,
  TextEncoder,
  TextDecoder,
};
