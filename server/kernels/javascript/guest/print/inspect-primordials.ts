/**
 * The table of built-ins on which `node-inspect-extracted` draws, in place of the library's own: the same names, but
 * only those it uses (each one costs heap in every session), and without a way into the code of the printed value.
 */

import { execRegExp, getterOf, lines, slice, uncurry } from '../core/primordials.ts';
import { hasOwnSafely, isError, isInstance, ownProperty, prototypeOf } from '../core/safe.ts';
import { titleOf } from './stack.ts';

type Table = Record<string, unknown>;
const table: Table = Object.create(null);

function capital(name: string): string {
  return `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;
}

function statics(name: string, owner: object, names: string): void {
  for (const key of names.split(' ')) table[`${name}${capital(key)}`] = Reflect.get(owner, key);
}

function methods(name: string, owner: object, names: string): void {
  for (const key of names.split(' ')) table[`${name}Prototype${capital(key)}`] = uncurry(Reflect.get(owner, key));
}

const CONSTRUCTORS =
  'Array ArrayBuffer Boolean DataView Date Error AggregateError RangeError TypeError Function Map Number Object Promise ' +
  'RegExp Set String Symbol WeakMap WeakSet BigInt Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array ' +
  'Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array';

for (const name of CONSTRUCTORS.split(' ')) {
  const owner: unknown = Reflect.get(globalThis, name);
  if (typeof owner !== 'function') throw new Error(`no ${name}`);
  table[name] = owner;
  table[`${name}Prototype`] = owner.prototype;
}

const TypedArray: object = Object.getPrototypeOf(Uint8Array);
const TypedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);
const stringIteratorNext = uncurry(Object.getPrototypeOf(''[Symbol.iterator]()).next);
const stringIterator = uncurry(String.prototype[Symbol.iterator]);

statics('Array', Array, 'isArray');
statics('Math', Math, 'floor max min round sqrt trunc');
statics('Number', Number, 'isFinite isNaN parseFloat parseInt');
statics(
  'Object',
  Object,
  'assign defineProperty getOwnPropertyNames getOwnPropertySymbols is keys seal setPrototypeOf',
);
statics('Reflect', Reflect, 'apply ownKeys');
statics('Symbol', Symbol, 'iterator toPrimitive toStringTag');
methods('Array', Array.prototype, 'filter forEach includes indexOf join map pop push slice sort splice unshift');
methods('Date', Date.prototype, 'getTime toISOString toString');
methods('Function', Function.prototype, 'bind call toString');
methods('Object', Object.prototype, 'propertyIsEnumerable');
methods(
  'String',
  String.prototype,
  'charCodeAt codePointAt endsWith includes indexOf lastIndexOf normalize padEnd padStart repeat replaceAll slice split startsWith toLowerCase valueOf',
);
methods('Symbol', Symbol.prototype, 'toString valueOf');
methods('Number', Number.prototype, 'toString valueOf');
methods('BigInt', BigInt.prototype, 'valueOf');
methods('Boolean', Boolean.prototype, 'valueOf');
methods('Map', Map.prototype, 'entries');
methods('Set', Set.prototype, 'values');
methods('RegExp', RegExp.prototype, 'exec');

/** A collection whose methods are its own: replacing `Map.prototype.get` does not reach it. */
function safe(base: MapConstructor | SetConstructor): unknown {
  class Safe extends (base as new () => object) {}
  Object.defineProperties(Safe.prototype, Object.getOwnPropertyDescriptors(base.prototype));
  Object.defineProperty(Safe.prototype, 'constructor', { value: Safe });
  return Object.freeze(Object.setPrototypeOf(Safe.prototype, null)) && Safe;
}

class SafeStringIterator {
  readonly #iterator: unknown;
  constructor(text: string) {
    this.#iterator = stringIterator(text);
  }
  next(): unknown {
    return stringIteratorNext(this.#iterator);
  }
  [Symbol.iterator](): this {
    return this;
  }
}

const sourceOf = getterOf<unknown, string>(RegExp.prototype, 'source');
const FLAGS = 'hasIndices:d global:g ignoreCase:i multiline:m dotAll:s unicode:u unicodeSets:v sticky:y';
const flagGetters = FLAGS.split(' ').map((flag) => {
  const [key = '', letter = ''] = flag.split(':');
  return { letter, has: getterOf<unknown, boolean>(RegExp.prototype, key) };
});

/** As `RegExp.prototype.toString`, which would consult the value's own `source` and `flags`. */
function regExpToString(value: unknown): string {
  let text = `/${sourceOf(value)}/`;
  for (let i = 0; i < flagGetters.length; i++) {
    const flag = flagGetters[i];
    if (flag?.has(value)) text += flag.letter;
  }
  return text;
}

/** As `String.prototype.replace` with a pattern without special replacements, and without `RegExp.prototype.exec`. */
function replace(text: string, pattern: RegExp | string, by: string | ((found: string) => string)): string {
  if (typeof pattern === 'string') return replaceText(text, pattern, by);
  let result = '';
  let from = 0;
  setLastIndex(pattern, 0);
  for (let match = execRegExp(pattern, text); match !== null; match = execRegExp(pattern, text)) {
    const found = match[0];
    result += slice(text, from, match.index) + (typeof by === 'string' ? by : by(found));
    from = match.index + found.length;
    if (!isGlobal(pattern)) break;
    if (found === '') setLastIndex(pattern, from + 1);
  }
  return result + slice(text, from);
}

const isGlobal = getterOf<RegExp, boolean>(RegExp.prototype, 'global');
const replaceText: (text: string, ...parameters: unknown[]) => string = uncurry(
  String.prototype.replace as (...parameters: unknown[]) => string,
);

function setLastIndex(pattern: RegExp, index: number): void {
  pattern.lastIndex = index;
}

/** The lines of a text, each with its line break: the one use that the printer makes of `split` with a pattern. */
function splitAfterLineBreaks(_pattern: RegExp, text: string): string[] {
  const found = lines(text);
  for (let i = 0; i < found.length - 1; i++) found[i] += '\n';
  if (found[found.length - 1] === '') found.length--;
  return found;
}

Object.assign(table, {
  ArrayPrototypePushApply: uncurry(Function.prototype.apply).bind(undefined, Array.prototype.push),
  ErrorCaptureStackTrace: () => {},
  ErrorIsError: isError,
  ErrorPrototypeToString: titleOf,
  FunctionPrototypeSymbolHasInstance: (type: unknown, value: object) => isInstance(value, type),
  JSONStringify: JSON.stringify,
  MapPrototypeGetSize: getterOf(Map.prototype, 'size'),
  SetPrototypeGetSize: getterOf(Set.prototype, 'size'),
  ObjectGetOwnPropertyDescriptor: ownProperty,
  ObjectGetPrototypeOf: prototypeOf,
  ObjectPrototypeHasOwnProperty: hasOwnSafely,
  ObjectPrototypeToString: () => '[object Object]',
  RegExpPrototypeSymbolReplace: (pattern: RegExp, text: string, by: (found: string) => string) =>
    replace(text, pattern, by),
  RegExpPrototypeSymbolSplit: splitAfterLineBreaks,
  RegExpPrototypeToString: regExpToString,
  StringPrototypeReplace: replace,
  SafeMap: safe(Map),
  SafeSet: safe(Set),
  SafeWeakMap: WeakMap,
  SafeStringIterator,
  SymbolFor: Symbol.for,
  TypedArray,
  TypedArrayPrototype,
  TypedArrayPrototypeGetLength: getterOf(TypedArrayPrototype, 'length'),
  TypedArrayPrototypeGetSymbolToStringTag: getterOf(TypedArrayPrototype, Symbol.toStringTag),
  globalThis,
  internalBinding: () => ({ hasIntl: false }),
  uncurryThis: uncurry,
});

export const primordials = Object.freeze(table);
