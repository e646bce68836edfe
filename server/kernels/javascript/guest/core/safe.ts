/**
 * Looking at a value without running any of its code: proxies are recognised and never entered, getters are never
 * called, except native ones that cannot be observed.
 */

import { host } from './host.ts';
import { apply, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, mapClear, mapGet, mapSet } from './primordials.ts';

const TypedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);

/** Native getters that read an internal slot and call nothing. */
const trustedGetters = new WeakSet<() => unknown>();
const trustedHas = WeakSet.prototype.has;
for (const owner of [
  TypedArrayPrototype,
  ArrayBuffer.prototype,
  SharedArrayBuffer.prototype,
  DataView.prototype,
  DOMException.prototype,
]) {
  for (const key of Reflect.ownKeys(owner)) {
    const getter = Object.getOwnPropertyDescriptor(owner, key)?.get;
    if (getter !== undefined) trustedGetters.add(getter);
  }
}

/** Internal classes of the objects met during one printing; cleared after it, so that nothing is kept alive. */
const classes = new Map<unknown, unknown>();
let depth = 0;

/** Runs one printing, which asks for the same classes over and over. */
export function rememberingClasses<T>(action: () => T): T {
  depth++;
  try {
    return action();
  } finally {
    if (--depth === 0) mapClear(classes);
  }
}

/** The internal class, see `ValueCalls.className`. */
export function classOf(value: unknown): string {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return '';
  if (depth === 0) return host.className(value);
  const known = mapGet(classes, value);
  if (typeof known === 'string') return known;
  const found = host.className(value);
  mapSet(classes, value, found);
  return found;
}

export function isProxy(value: unknown): boolean {
  return classOf(value) === 'Proxy';
}

/** The prototype; null for a proxy, whose trap would run. */
export function prototypeOf(value: object): object | null {
  return isProxy(value) ? null : getPrototypeOf(value);
}

/** The own property; undefined for a proxy. */
export function ownProperty(value: object, key: PropertyKey): PropertyDescriptor | undefined {
  return isProxy(value) ? undefined : getOwnPropertyDescriptor(value, key);
}

/** The property wherever on the prototype chain it is. */
export function findProperty(value: object, key: PropertyKey): PropertyDescriptor | undefined {
  for (let at: object | null = value; at !== null; at = prototypeOf(at)) {
    const property = ownProperty(at, key);
    if (property !== undefined) return property;
  }
  return undefined;
}

/** What `value[key]` is where that runs no code of the guest; undefined where it would. */
export function read(value: unknown, key: PropertyKey): unknown {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined;
  const property = findProperty(value, key);
  if (property === undefined) return undefined;
  if (property.get === undefined) return property.value;
  if (!apply(trustedHas, trustedGetters, [property.get])) return undefined;
  try {
    return apply(property.get, value, []);
  } catch {
    return undefined;
  }
}

/** `read` where only a string will do. */
export function readString(value: unknown, key: PropertyKey): string | undefined {
  const found = read(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** `value instanceof type` without `Symbol.hasInstance` and without traps. */
export function isInstance(value: object, type: unknown): boolean {
  const prototype = typeof type === 'function' ? ownProperty(type, 'prototype')?.value : undefined;
  if ((typeof prototype !== 'object' || prototype === null) && typeof prototype !== 'function') return false;
  for (let at = prototypeOf(value); at !== null; at = prototypeOf(at)) if (at === prototype) return true;
  return false;
}

export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  return classOf(value) === 'Error' || classOf(value) === 'DOMException' || isInstance(value, Error);
}

export function hasOwnSafely(value: object, key: PropertyKey): boolean {
  return !isProxy(value) && hasOwn(value, key);
}
