/**
 * What Node's printer asks of V8, answered by QuickJS: internal classes, proxies, promise states. These replace the
 * modules `internal/util/types` and `internalBinding('util')` of `node-inspect-extracted`, whose own versions guess by
 * running getters and `Symbol.hasInstance` of the printed value.
 */

import { host } from '../core/host.ts';
import { getOwnPropertyDescriptor, getOwnPropertySymbols, keys, ownKeys, uncurry } from '../core/primordials.ts';
import { classOf, findProperty, ownProperty, prototypeOf, readString } from '../core/safe.ts';

const is =
  (...names: string[]) =>
  (value: unknown) => {
    const name = classOf(value);
    for (let i = 0; i < names.length; i++) if (name === names[i]) return true;
    return false;
  };

const isTypedArray = (value: unknown) => ArrayBuffer.isView(value) && classOf(value) !== 'DataView';
const isBoxedPrimitive = is('Number', 'String', 'Boolean', 'BigInt', 'Symbol');

/** `internal/util/types`. */
export const types = {
  isAsyncFunction: is('AsyncFunction', 'AsyncGeneratorFunction'),
  isGeneratorFunction: is('GeneratorFunction', 'AsyncGeneratorFunction'),
  isAnyArrayBuffer: is('ArrayBuffer', 'SharedArrayBuffer'),
  isArrayBuffer: is('ArrayBuffer'),
  isArgumentsObject: is('Arguments', 'MappedArguments'),
  isBoxedPrimitive,
  isDataView: is('DataView'),
  isExternal: () => false,
  isMap: is('Map'),
  // Where it stands, only running it would tell: it prints as any iterator, not as one at its end.
  isMapIterator: () => false,
  isModuleNamespaceObject: is('Module'),
  isNativeError: is('Error'),
  isPromise: is('Promise'),
  isSet: is('Set'),
  isSetIterator: () => false,
  isWeakMap: is('WeakMap'),
  isWeakSet: is('WeakSet'),
  isRegExp: is('RegExp'),
  isDate: is('Date'),
  isTypedArray,
  isStringObject: is('String'),
  isNumberObject: is('Number'),
  isBooleanObject: is('Boolean'),
  isBigIntObject: is('BigInt'),
  isSymbolObject: is('Symbol'),
};

const PENDING = Symbol('pending');
const REJECTED = Symbol('rejected');
const FULFILLED = Symbol('fulfilled');
const ONLY_ENUMERABLE = 2;

function isIndex(key: string | symbol): boolean {
  if (typeof key === 'symbol') return false;
  const number = Number_(key);
  return number >= 0 && number < 4294967295 && `${number >>> 0}` === key;
}
const Number_ = Number;

/** Null for a revoked proxy, of which the engine refuses to tell. */
function proxyPart(value: unknown, part: 0 | 1): object | null {
  try {
    return host.proxyPart(value, part);
  } catch {
    return null;
  }
}

/** `internalBinding('util')`. */
export const binding = {
  constants: { kPending: PENDING, kRejected: REJECTED, ALL_PROPERTIES: 0, ONLY_ENUMERABLE },

  getOwnNonIndexProperties(value: object, filter: number): (string | symbol)[] {
    const all = filter === ONLY_ENUMERABLE ? keys(value) : ownKeys(value);
    const found: (string | symbol)[] = [];
    for (let i = 0; i < all.length; i++) {
      const key = all[i];
      if (key !== undefined && !isIndex(key)) found[found.length] = key;
    }
    if (filter === ONLY_ENUMERABLE) {
      const symbols = getOwnPropertySymbols(value);
      for (let i = 0; i < symbols.length; i++) {
        const key = symbols[i];
        if (key !== undefined && getOwnPropertyDescriptor(value, key)?.enumerable) found[found.length] = key;
      }
    }
    return found;
  },

  getPromiseDetails(value: unknown): [symbol, unknown] {
    const state = host.promiseState(value);
    if (state === 0) return [PENDING, undefined];
    return [state === 2 ? REJECTED : FULFILLED, host.promiseResult(value)];
  },

  getProxyDetails(value: unknown, both = true): unknown {
    if (classOf(value) !== 'Proxy') return undefined;
    const target = proxyPart(value, 0);
    return both ? [target, proxyPart(value, 1)] : target;
  },

  previewEntries: (): [unknown[], boolean] => [[], false],
  getConstructorName: (value: object): string => {
    for (let at: object | null = value; at !== null; at = prototypeOf(at)) {
      const name = readString(ownProperty(at, 'constructor')?.value, 'name');
      if (name) return name;
    }
    const name = classOf(value);
    return name === '' ? 'Object' : name;
  },
  getExternalValue: () => 0,
  Proxy,
};

/** Methods of the printer's own lists and texts. */
export const { includes, pop, push, splice } = {
  includes: uncurry(Array.prototype.includes),
  pop: uncurry(Array.prototype.pop),
  push: uncurry(Array.prototype.push),
  splice: uncurry(Array.prototype.splice),
};
export { indexOf } from '../core/primordials.ts';

/** The property, if it is there as data: what the printer may read of a value. See core/safe.ts. */
export { isInstance, read } from '../core/safe.ts';
export { primordials } from './inspect-primordials.ts';
export { stackOf } from './stack.ts';

export function has(value: object, key: PropertyKey): boolean {
  return findProperty(value, key) !== undefined;
}

/** The name of a function for people; '' where reading it would run code. */
export function nameOf(value: unknown): string {
  return readString(value, 'name') ?? '';
}

const { iterator: iteratorSymbol } = Symbol;

interface View<T> {
  readonly size: number;
  [iteratorSymbol](): { next(): IteratorResult<T> };
}

/** A view of a Map or Set that iterates natively, whatever its class or its prototype says. */
function viewOf<T>(size: number, iterator: object, next: (iterator: object) => IteratorResult<T>): View<T> {
  return { size, [iteratorSymbol]: () => ({ next: () => next(iterator) }) };
}

const mapNext = uncurry(Object.getPrototypeOf(new Map().entries()).next) as (i: object) => IteratorResult<unknown>;
const setNext = uncurry(Object.getPrototypeOf(new Set().values()).next) as (i: object) => IteratorResult<unknown>;
const mapEntries = uncurry(Map.prototype.entries);
const setValues = uncurry(Set.prototype.values);

export function mapView(map: Map<unknown, unknown>, size: number): View<unknown> {
  return viewOf(size, mapEntries(map), mapNext);
}

export function setView(set: Set<unknown>, size: number): View<unknown> {
  return viewOf(size, setValues(set), setNext);
}
