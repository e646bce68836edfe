/**
 * The built-ins that printing and errors need, taken before any guest code can replace them.
 *
 * Code that must work after a guest has overwritten `Array.prototype.push` or `JSON.stringify` calls these, walks arrays
 * by index, and uses neither spread nor array destructuring (both go through `Array.prototype[Symbol.iterator]`).
 */

const { bind, call } = Function.prototype;

// The engine joins template literals by looking `concat` up: it must stay what it is.
Object.defineProperty(String.prototype, 'concat', { writable: false, configurable: false });

/** `uncurry(f)(self, ...args)` is `f.call(self, ...args)`, without looking anything up when it runs. */
export const uncurry: <T, A extends unknown[], R>(fn: (this: T, ...args: A) => R) => (self: T, ...args: A) => R =
  bind.bind(call);

/** The getter of an accessor property, as a function of the object. */
export function getterOf<T, R>(owner: object, key: PropertyKey): (self: T) => R {
  const getter = Object.getOwnPropertyDescriptor(owner, key)?.get;
  if (getter === undefined) throw new Error(`no getter ${String(key)}`);
  return uncurry(getter as (this: T) => R);
}

export const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
export const { freeze, getPrototypeOf, keys, getOwnPropertyNames, getOwnPropertySymbols } = Object;
export const { isArray } = Array;
export const { stringify: toJson } = JSON;

export const hasOwn = uncurry(Object.prototype.hasOwnProperty);
export const join = uncurry(Array.prototype.join);
export const slice = uncurry(String.prototype.slice);
export const indexOf = uncurry(String.prototype.indexOf);
export const includes = uncurry(String.prototype.includes);
export const startsWith = uncurry(String.prototype.startsWith);
export const endsWith = uncurry(String.prototype.endsWith);
export const repeat = uncurry(String.prototype.repeat);
export const execRegExp = uncurry(RegExp.prototype.exec);
export const mapGet = uncurry(Map.prototype.get) as (self: Map<unknown, unknown>, key: unknown) => unknown;
export const mapSet = uncurry(Map.prototype.set) as (self: Map<unknown, unknown>, key: unknown, value: unknown) => void;
export const mapDelete = uncurry(Map.prototype.delete) as (self: Map<unknown, unknown>, key: unknown) => boolean;
export const mapClear = uncurry(Map.prototype.clear);

/** The lines of a text. `String.prototype.split` would consult `Symbol.split`. */
export function lines(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let at = indexOf(text, '\n', 0); at !== -1; at = indexOf(text, '\n', from)) {
    found[found.length] = slice(text, from, at);
    from = at + 1;
  }
  found[found.length] = slice(text, from);
  return found;
}
