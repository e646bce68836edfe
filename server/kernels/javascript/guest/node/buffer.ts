/** `Buffer`, as Node's: a Uint8Array with encodings, numbers and searching. What the engine has natively does the work. */

import { defineGlobals, nameAll } from '../core/state.ts';
import { Blob, File } from '../web/blob.ts';
import { bufferNumbers } from './buffer-numbers.ts';
import { decode, type Encoding, encodeString, isEncoding, knownEncoding } from './encodings.ts';

const MAX_LENGTH = 2 ** 31 - 1;
/** As many bytes are printed. */
const SHOWN_BYTES = 50;
/** Of a longer one, properties that a user has added are not printed. */
const MOST_LISTED = 1000;

type Content = string | ArrayBuffer | ArrayLike<number> | Uint8Array;

const encodingOf = (encoding: unknown): Encoding =>
  encoding === undefined || encoding === null ? 'utf8' : knownEncoding(encoding);

function invalid(name: string, expected: string, received: unknown): TypeError {
  const said = received === null ? 'null' : `type ${typeof received}`;
  const error = new TypeError(`The ${name} must be ${expected}. Received ${said}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** The bytes to look for or to fill with. */
function needle(value: unknown, encoding: unknown): Uint8Array {
  if (typeof value === 'string') return encodeString(value, encodingOf(encoding));
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return Uint8Array.of(Number(value));
  throw invalid('"value" argument', 'one of type number or string or an instance of Buffer or Uint8Array', value);
}

/** -1, 0 or 1. */
function order(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(left.length - right.length);
}

function isAt(whole: Uint8Array, part: Uint8Array, at: number): boolean {
  for (let k = 0; k < part.length; k++) if (whole[at + k] !== part[k]) return false;
  return true;
}

export class Buffer extends Uint8Array<ArrayBuffer> {
  static poolSize = 8192;

  constructor(content: number | string | ArrayBuffer | ArrayLike<number>, offset?: unknown, length?: number) {
    const given = typeof content === 'string' ? encodeString(content, encodingOf(offset)) : content;
    super(given as ArrayBuffer, typeof content === 'string' ? undefined : (offset as number | undefined), length);
  }

  static override from(value: unknown, second?: unknown, third?: unknown): Buffer {
    if (typeof value === 'string') return Buffer.#over(encodeString(value, encodingOf(second)));
    const content = typeof value === 'object' && value !== null ? contentOf(value) : null;
    if (content === null) {
      const kinds = 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object';
      throw invalid('first argument', kinds, value);
    }
    if (content instanceof ArrayBuffer) return new Buffer(content, second, third as number | undefined);
    return typeof content === 'string' ? Buffer.from(content, second) : new Buffer(content);
  }

  static override of(...bytes: number[]): Buffer {
    return new Buffer(bytes);
  }

  static alloc(size: unknown, fill?: unknown, encoding?: unknown): Buffer {
    if (typeof size !== 'number') throw invalid('"size" argument', 'of type number', size);
    const buffer = new Buffer(size);
    return fill === undefined || fill === 0 ? buffer : buffer.fill(fill, encoding);
  }

  static allocUnsafe(size: unknown): Buffer {
    return Buffer.alloc(size);
  }

  static allocUnsafeSlow(size: unknown): Buffer {
    return Buffer.alloc(size);
  }

  static concat(list: readonly Uint8Array[], length?: number): Buffer {
    const whole = Buffer.alloc(length ?? list.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of list) {
      whole.set(part.subarray(0, Math.max(0, whole.length - at)), at);
      at = Math.min(whole.length, at + part.length);
    }
    return whole;
  }

  static compare(left: Uint8Array, right: Uint8Array): number {
    return order(left, right);
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer;
  }

  static isEncoding(name: unknown): boolean {
    return typeof name === 'string' && isEncoding(name.toLowerCase());
  }

  static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding?: unknown): number {
    return typeof value === 'string' ? encodeString(value, encodingOf(encoding)).length : value.byteLength;
  }

  /** Shares the bytes. */
  static #over({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
    return new Buffer(buffer as ArrayBuffer, byteOffset, byteLength);
  }

  override toString(encoding?: unknown, start = 0, end = this.length): string {
    const isWhole = start === 0 && end === this.length;
    return decode(isWhole ? this : this.subarray(Math.max(0, start), Math.max(0, end)), encodingOf(encoding));
  }

  toJSON(): { type: 'Buffer'; data: number[] } {
    return { type: 'Buffer', data: Array.from(this) };
  }

  equals(other: Uint8Array): boolean {
    return order(this, other) === 0;
  }

  compare(other: Uint8Array, from?: number, to?: number, thisFrom?: number, thisTo?: number): number {
    return order(this.subarray(thisFrom, thisTo), other.subarray(from, to));
  }

  copy(target: Uint8Array, at = 0, from = 0, to = this.length): number {
    const part = this.subarray(from, Math.min(to, from + Math.max(0, target.length - at)));
    target.set(part, at);
    return part.length;
  }

  /** Of the same memory, other than that of a typed array. */
  override slice(start?: number, end?: number): Buffer {
    return this.subarray(start, end) as Buffer;
  }

  override fill(value: unknown, ...rest: unknown[]): this {
    const encoding = rest.find((each) => typeof each === 'string');
    const [start = 0, end = this.length] = rest.filter((each) => typeof each === 'number');
    const bytes = needle(value, encoding);
    if (bytes.length <= 1) return super.fill(bytes[0] ?? 0, start, end);
    for (let at = start; at < end; at += bytes.length) this.set(bytes.subarray(0, end - at), at);
    return this;
  }

  override indexOf(value: unknown, ...rest: unknown[]): number {
    const part = needle(value, rest.at(-1) === rest[0] && typeof rest[0] === 'string' ? rest[0] : rest[1]);
    const from = typeof rest[0] === 'number' ? rest[0] : 0;
    if (part.length === 1) return super.indexOf(part[0] ?? 0, from);
    const last = this.length - part.length;
    for (let at = Math.max(0, from < 0 ? this.length + from : from); at <= last; at++)
      if (isAt(this, part, at)) return at;
    return -1;
  }

  override lastIndexOf(value: unknown, from = this.length, encoding?: unknown): number {
    const part = needle(value, encoding);
    const last = from < 0 ? this.length + from : from;
    for (let at = Math.min(last, this.length - part.length); at >= 0; at--) if (isAt(this, part, at)) return at;
    return -1;
  }

  override includes(value: unknown, ...rest: unknown[]): boolean {
    return this.indexOf(value, ...rest) !== -1;
  }

  /** The bytes written: as many whole characters as there is room for. */
  write(text: string, ...rest: unknown[]): number {
    const encoding = encodingOf(rest.find((each) => typeof each === 'string'));
    const [offset = 0, most = this.length] = rest.filter((each) => typeof each === 'number');
    const room = Math.min(most, this.length - offset);
    let bytes = encodeString(text, encoding);
    if (bytes.length > room) {
      let end = room;
      if (encoding === 'utf8' || encoding === 'utf-8') while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
      bytes = bytes.subarray(0, end);
    }
    this.set(bytes, offset);
    return bytes.length;
  }
}

/** What an object holds that can be made a Buffer; null for what holds nothing. */
function contentOf(value: object): Content | null {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value as ArrayBuffer | Uint8Array;
  const { type, data, length } = value as { type?: unknown; data?: unknown; length?: unknown };
  if (type === 'Buffer' && Array.isArray(data)) return data;
  if (typeof length === 'number') return Array.from(value as ArrayLike<number>);
  const inner: unknown = value.valueOf();
  if (inner !== value && (typeof inner === 'string' || (typeof inner === 'object' && inner !== null)))
    return inner as Content;
  const text: unknown = Reflect.get(value, Symbol.toPrimitive);
  return typeof text === 'function' ? `${value}` : null;
}

type Inspect = (value: unknown, options: unknown) => string;

Object.defineProperties(Buffer.prototype, {
  ...bufferNumbers,
  parent: { get: (): undefined => undefined, configurable: true },
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(this: Buffer, _depth: unknown, options: object, inspect: Inspect): string {
      const shown = this.subarray(0, SHOWN_BYTES)
        .toHex()
        .replace(/..(?=.)/g, '$& ');
      const more = this.length - SHOWN_BYTES;
      const rest = more > 0 ? ` ... ${more} more byte${more > 1 ? 's' : ''}` : '';
      // All the indices are listed first.
      const own = this.length > MOST_LISTED ? [] : Object.entries(this).slice(this.length);
      const extra = own.map(([key, value]) => `, ${key}: ${inspect(value, options)}`).join('');
      return `<${this.constructor.name} ${shown}${rest}${extra}>`;
    },
    writable: true,
    configurable: true,
  },
});

nameAll({ Buffer });
defineGlobals({ Buffer });

/** `node:buffer`. */
export const bufferModule = {
  Buffer,
  Blob,
  File,
  atob,
  btoa,
  constants: Object.freeze({ MAX_LENGTH, MAX_STRING_LENGTH: 2 ** 29 - 24 }),
  kMaxLength: MAX_LENGTH,
};
