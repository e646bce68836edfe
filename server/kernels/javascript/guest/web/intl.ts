/**
 * `Intl` and what the language asks of it. The engine has none: the host formats, and an object here is no more than what
 * it was made with, so that it lies in the heap like any other.
 */

import { askHost } from '../core/failures.ts';
import { host } from '../core/host.ts';
import { decodePlain, encodePlain } from '../core/plain-data.ts';
import { defineGlobals, nameAll } from '../core/state.ts';
import { INTL_METHODS, MAX_INTL_TEXT } from '../intl-methods.ts';

type Kind = keyof typeof INTL_METHODS;

/** Asks the host to call `method` of what `kind` and `key` name. `key` is plain data of locales and options. */
function localize(kind: string, key: string, method: string, parameters: readonly unknown[]): unknown {
  const plain = encodePlain(parameters, `the argument of ${kind}`);
  return decodePlain(askHost(() => host.localize(kind, key, method, plain)));
}

function keyOf(locales: unknown, options: unknown): string {
  return encodePlain([locales, options], 'the options');
}

const DEFAULTS = keyOf(undefined, undefined);

/** Negative, 0 or positive. What is too long for the host is compared by its code units. */
function collate(left: string, right: string, key: string): number {
  if (left.length + right.length <= MAX_INTL_TEXT) return askHost(() => host.collate(left, right, key));
  return left < right ? -1 : Number(left > right);
}

const keys = new WeakMap<object, string>();

const keyFor = (formatter: object, name: string): string => {
  const key = keys.get(formatter);
  if (key === undefined) throw new TypeError(`Method called on incompatible receiver: not an Intl.${name}`);
  return key;
};

function makeClass(name: Kind): unknown {
  const methods = INTL_METHODS[name].split(' ');
  const type = function (this: unknown, locales?: unknown, options?: unknown): object {
    const made: object = Reflect.construct(Object, [], new.target ?? type);
    const key = keyOf(locales, options);
    // Tells at once what is wrong with them.
    localize(name, key, 'resolvedOptions', []);
    keys.set(made, key);
    return made;
  };
  const call = (self: object, method: string, parameters: unknown[]): unknown => {
    const key = keyFor(self, name);
    if (method === 'compare') return collate(`${parameters[0]}`, `${parameters[1]}`, key);
    const given =
      method.startsWith('format') && name === 'ListFormat' ? [Array.from(parameters[0] as string[])] : parameters;
    return localize(name, key, method, given);
  };
  for (const method of ['resolvedOptions', ...methods]) {
    const isBound = method === 'compare' || (method === 'format' && /^(Number|DateTime)Format$/.test(name));
    const own = function (this: object, ...parameters: unknown[]): unknown {
      return call(this, method, parameters);
    };
    nameAll({ [method]: own });
    Object.defineProperty(type.prototype, method, {
      ...(isBound ? { get: boundMethod(own) } : { value: own, writable: true }),
      configurable: true,
    });
  }
  Object.defineProperty(type.prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
  Object.defineProperty(type, 'supportedLocalesOf', {
    value: (locales: unknown) => localize(name, DEFAULTS, 'supportedLocalesOf', [locales]),
    writable: true,
    configurable: true,
  });
  return type;
}

/** A getter of the method, which may then be called without its object. */
function boundMethod(method: (...parameters: unknown[]) => unknown): (this: object) => unknown {
  return function () {
    return method.bind(this);
  };
}

const intl = {};
for (const name of Object.keys(INTL_METHODS) as Kind[]) {
  const type = makeClass(name);
  nameAll({ [name]: type });
  Object.defineProperty(intl, name, { value: type, writable: true, configurable: true });
}
for (const name of ['getCanonicalLocales', 'supportedValuesOf']) {
  const value = (of?: unknown) => localize('Intl', DEFAULTS, name, [of]);
  nameAll({ [name]: value });
  Object.defineProperty(intl, name, { value, writable: true, configurable: true });
}
Object.defineProperty(intl, Symbol.toStringTag, { value: 'Intl', configurable: true });
defineGlobals({ Intl: intl });

function replace(owner: object, name: string, value: (...parameters: never[]) => unknown): void {
  nameAll({ [name]: value });
  Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false });
}

const { valueOf: valueOfNumber } = Number.prototype;
const { valueOf: valueOfBigInt } = BigInt.prototype;
const { getTime } = Date.prototype;

replace(Number.prototype, 'toLocaleString', function (this: number, locales?: unknown, options?: unknown) {
  return localize('NumberFormat', keyOf(locales, options), 'format', [Reflect.apply(valueOfNumber, this, [])]);
});
replace(BigInt.prototype, 'toLocaleString', function (this: bigint, locales?: unknown, options?: unknown) {
  return localize('NumberFormat', keyOf(locales, options), 'format', [Reflect.apply(valueOfBigInt, this, [])]);
});
for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
  replace(Date.prototype, name, function (this: Date, locales?: unknown, options?: unknown) {
    return localize('Date', keyOf(locales, options), name, [Reflect.apply(getTime, this, [])]);
  });
}
replace(
  String.prototype,
  'localeCompare',
  function (this: unknown, other: unknown, locales?: unknown, options?: unknown) {
    if (this === undefined || this === null)
      throw new TypeError('String.prototype.localeCompare called on null or undefined');
    const isDefault = locales === undefined && options === undefined;
    return collate(`${this}`, `${other}`, isDefault ? DEFAULTS : keyOf(locales, options));
  },
);
