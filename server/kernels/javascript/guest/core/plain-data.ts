/**
 * Plain data as text: how values travel by copy between kernels and isolates. driver/plain.py is the same in Python.
 *
 * The text is JSON. Null, booleans, strings, finite numbers and arrays are themselves; everything else is an object with
 * one key that names its kind:
 *
 *     {"int": "123"}        a BigInt                        {"bytes": "aGk="}   a Uint8Array, in base64
 *     {"float": "nan"}      nan, inf, -inf or -0.0          {"date": 0}         milliseconds since the epoch
 *     {"object": [[k, v]]}  an object                       {"map": [[k, v]]}   a Map
 *     {"set": [v]}          a Set                           {"undefined": 0}
 *     {"buffer": "aGk="}    an ArrayBuffer                  {"array": ["Float64Array", "AAA="]}   a typed array
 *
 * Python knows neither of the last three: for it, they are null, bytes, and refused.
 *
 * Runs in QuickJS and in V8.
 */

const MAX_DEPTH = 100;
const MAX_CHARACTERS = 8 * 1024 * 1024;
/** Of an item's path in a message. */
const MAX_NAME = 200;

const FLOATS: readonly (readonly [number, string])[] = [
  [Number.NaN, 'nan'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
  [-0, '-0.0'],
];

const ARRAYS = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

const KNOWN =
  'only plain data is copied (undefined, null, booleans, numbers, strings, bigints, arrays, plain objects, Map, Set, ' +
  'Date, ArrayBuffer, typed arrays; to Python of those only Uint8Array)';

/** The value as text; `name` is what messages call it. Throws TypeError for what is no plain data, or too much of it. */
export function encodePlain(value: unknown, name: string): string {
  return textOf(encoded(value, name, [], false), name);
}

/** The same for Python. */
export function encodeForPython(value: unknown, name: string): string {
  return textOf(encoded(value, name, [], true), name);
}

function textOf(data: unknown, name: string): string {
  const text = JSON.stringify(data);
  if (text.length <= MAX_CHARACTERS) return text;
  throw new TypeError(`${name} is too large to be copied: over 8 MiB as text. Write it to a file.`);
}

/** The value of a text that `encodePlain` made, here or elsewhere. */
export function decodePlain(text: string): unknown {
  return decodeParsed(JSON.parse(text));
}

/** The same of a text that was parsed as part of another. */
export function decodeParsed(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(decodeParsed);
  return typeof data === 'object' && data !== null ? decoded(data) : data;
}

function encoded(value: unknown, name: string, parents: readonly object[], isForPython: boolean): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'undefined':
      return isForPython ? null : { undefined: 0 };
    case 'bigint':
      return { int: `${value}` };
    case 'number': {
      const float = FLOATS.find(([special]) => Object.is(special, value));
      return float === undefined ? value : { float: float[1] };
    }
    case 'object':
      return value === null ? null : encodedObject(value, name, parents, isForPython);
    default:
      throw refused(value, name);
  }
}

function encodedObject(value: object, name: string, parents: readonly object[], isForPython: boolean): unknown {
  if (parents.includes(value)) throw new TypeError(`${name} contains itself: ${KNOWN}.`);
  if (parents.length === MAX_DEPTH) throw new TypeError(`${name} is nested more than ${MAX_DEPTH} deep.`);
  const inner = [...parents, value];
  const each = (item: unknown, at: string): unknown => encoded(item, at, inner, isForPython);
  if (Array.isArray(value)) return Array.from(value, (item: unknown, index) => each(item, `${name}[${index}]`));
  if (value instanceof Uint8Array) return { bytes: toBase64(value) };
  if (value instanceof ArrayBuffer) return { [isForPython ? 'bytes' : 'buffer']: toBase64(new Uint8Array(value)) };
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new TypeError(`${name} is an invalid Date: it cannot be copied.`);
    return { date: value.getTime() };
  }
  if (value instanceof Set) return { set: Array.from(value, (item: unknown) => each(item, `an item of ${name}`)) };
  if (value instanceof Map) {
    const pairs = Array.from(value as Map<unknown, unknown>);
    return { map: pairs.map(([key, item]) => [each(key, `a key of ${name}`), each(item, `an item of ${name}`)]) };
  }
  const type = ARRAYS.find((one) => value instanceof one);
  if (type !== undefined && ArrayBuffer.isView(value) && !isForPython) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { array: [type.name, toBase64(bytes)] };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refused(value, name);
  return { object: Object.entries(value).map(([key, item]) => [key, each(item, memberName(name, key))]) };
}

function memberName(name: string, key: string): string {
  const member = /^[\w$]+$/.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
  return member.length <= MAX_NAME ? member : `an item of ${name}`;
}

function refused(value: unknown, name: string): TypeError {
  return new TypeError(`${name} is a ${kindOf(value)}: ${KNOWN}.`);
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name !== ''
    ? made.name
    : Object.prototype.toString.call(value).slice(8, -1);
}

function toBase64(bytes: Uint8Array): string {
  return Uint8Array.prototype.toBase64.call(bytes);
}

function decoded(data: object): unknown {
  const [kind, content] = Object.entries(data)[0] ?? [];
  switch (kind) {
    case 'undefined':
      return undefined;
    case 'int':
      return BigInt(String(content));
    case 'float':
      return FLOATS.find(([, text]) => text === content)?.[0] ?? Number(content);
    case 'bytes':
      return Uint8Array.fromBase64(String(content));
    case 'buffer':
      return Uint8Array.fromBase64(String(content)).buffer;
    case 'date':
      return new Date(Number(content));
    case 'set':
      return new Set(list(content).map(decodeParsed));
    case 'map':
      return new Map(pairsOf(content).map(([key, item]) => [decodeParsed(key), decodeParsed(item)]));
    case 'object':
      return Object.fromEntries(pairsOf(content).map(([key, item]) => [String(key), decodeParsed(item)]));
    case 'array': {
      const [name, text] = list(content);
      const type = ARRAYS.find((one) => one.name === name);
      if (type !== undefined) return new type(Uint8Array.fromBase64(String(text)).buffer as ArrayBuffer);
    }
  }
  throw new TypeError(`Data of an unknown kind came: ${kind}.`);
}

function list(content: unknown): unknown[] {
  return Array.isArray(content) ? content : [];
}

function pairsOf(content: unknown): [unknown, unknown][] {
  return list(content).map((pair): [unknown, unknown] => {
    const [key, item] = list(pair);
    return [key, item];
  });
}
