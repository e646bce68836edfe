/**
 * Reads MessagePack in one pass: nothing is made of bytes that have not been looked at, so that no header can ask for more
 * memory than the payload itself takes.
 *
 * Allowed are nil, booleans, numbers, UTF-8 strings, binaries, arrays, and maps whose keys are strings and do not repeat.
 */

import { LIMITS } from '../limits.ts';
import { PayloadFault } from './fault.ts';

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const BINARY_8 = 0xc4;
const BINARY_32 = 0xc6;
const FLOAT_32 = 0xca;
const FLOAT_64 = 0xcb;
const UNSIGNED_8 = 0xcc;
const SIGNED_64 = 0xd3;
const TEXT_8 = 0xd9;
const TEXT_32 = 0xdb;
const ARRAY_16 = 0xdc;
const ARRAY_32 = 0xdd;
const MAP_16 = 0xde;
const MAP_32 = 0xdf;

/** Shorter text is put together faster here than by the platform's decoder. */
const SHORT_TEXT_BYTES = 24;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Every method that reads throws `PayloadFault` for what is cut off, not allowed or of another kind. */
export class PayloadReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #valuesLeft: number;
  #depth = 0;

  /** `values`: how many values `bytes` may hold, those inside of others included. */
  constructor(bytes: Uint8Array, values: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#valuesLeft = values;
  }

  /** Throws unless all bytes were read. */
  end(): void {
    if (this.#at < this.#bytes.length) throw new PayloadFault('the payload goes on after its value');
  }

  /** Reads a nil, if the next value is one. */
  nil(): boolean {
    if (this.#bytes[this.#at] !== NIL) return false;
    this.#head();
    return true;
  }

  boolean(): boolean {
    const head = this.#head();
    if (head !== TRUE && head !== FALSE) throw new PayloadFault('true or false is expected');
    return head === TRUE;
  }

  /** An integer or float. Integers beyond ±2^53 lose digits. */
  number(): number {
    const head = this.#head();
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    if (head < FLOAT_32 || head > SIGNED_64) throw new PayloadFault('a number is expected');
    if (head === FLOAT_32) return this.#view.getFloat32(this.#skip(4));
    if (head === FLOAT_64) return this.#view.getFloat64(this.#skip(8));
    const isSigned = head >= 0xd0;
    const size = 1 << ((head - UNSIGNED_8) & 3);
    const at = this.#skip(size);
    if (size === 1) return isSigned ? this.#view.getInt8(at) : this.#view.getUint8(at);
    if (size === 2) return isSigned ? this.#view.getInt16(at) : this.#view.getUint16(at);
    if (size === 4) return isSigned ? this.#view.getInt32(at) : this.#view.getUint32(at);
    const high = isSigned ? this.#view.getInt32(at) : this.#view.getUint32(at);
    return high * 2 ** 32 + this.#view.getUint32(at + 4);
  }

  /** A string of at most `limit` bytes. */
  text(limit: number): string {
    const length = this.#textLength(this.#head());
    if (length === null) throw new PayloadFault('a string is expected');
    this.#need(length);
    if (length > limit) throw new PayloadFault(`at most ${limit} bytes of UTF-8 are allowed`);
    return this.#decode(length);
  }

  /** Whether the next value is a string. */
  get isText(): boolean {
    const head = this.#bytes[this.#at] ?? NIL;
    return (head >= 0xa0 && head < NIL) || (head >= TEXT_8 && head <= TEXT_32);
  }

  /** A view of the payload. */
  binary(): Uint8Array {
    const head = this.#head();
    if (head < BINARY_8 || head > BINARY_32) throw new PayloadFault('bytes are expected');
    const length = this.#unsigned(1 << (head - BINARY_8));
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Begins an array; returns how many values follow, to be read before `leave`. */
  enterArray(): number {
    const length = this.#arrayLength(this.#head());
    if (length === null) throw new PayloadFault('an array is expected');
    this.#enter(length);
    return length;
  }

  /** Begins a map; returns how many pairs of key and value follow, to be read before `leave`. */
  enterMap(): number {
    const length = this.#mapLength(this.#head());
    if (length === null) throw new PayloadFault('a map is expected');
    if (length > LIMITS.mapKeys) throw new PayloadFault(`the payload has a map of more than ${LIMITS.mapKeys} keys`);
    this.#enter(2 * length);
    return length;
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Reads a key, if it is the one that is encoded as `encoded`. */
  key(encoded: Uint8Array): boolean {
    const end = this.#at + encoded.length;
    if (end > this.#bytes.length) return false;
    for (let index = 0, at = this.#at; at < end; index += 1, at += 1) {
      if (this.#bytes[at] !== encoded[index]) return false;
    }
    this.#at = end;
    return true;
  }

  /** Reads a key. */
  anyKey(): string {
    const head = this.#unsigned(1);
    if ((head & 0xe0) !== 0xa0 && head !== TEXT_8)
      throw new PayloadFault('the payload has a map key that is no string of at most 255 bytes');
    const length = head === TEXT_8 ? this.#unsigned(1) : head & 0x1f;
    this.#need(length);
    return this.#decode(length);
  }

  /** Reads a value of any kind for what `read` makes of it, and goes back to where it began. */
  peek<T>(read: () => T): T {
    const [at, values, depth] = [this.#at, this.#valuesLeft, this.#depth];
    try {
      return read();
    } finally {
      this.#at = at;
      this.#valuesLeft = values;
      this.#depth = depth;
    }
  }

  /** Passes over a value of any kind, with all that is in it. */
  skip(): void {
    const head = this.#head();
    const text = this.#textLength(head);
    const array = this.#arrayLength(head);
    const map = this.#mapLength(head);
    if (text !== null) {
      this.#need(text);
      this.#decode(text);
    } else if (array !== null) {
      this.#enter(array);
      for (let index = 0; index < array; index++) this.skip();
      this.leave();
    } else if (map !== null) {
      this.#skipMap(map);
    } else if (head >= BINARY_8 && head <= BINARY_32) {
      this.#skip(this.#unsigned(1 << (head - BINARY_8)));
    } else if (head === FLOAT_32 || head === FLOAT_64) {
      this.#skip(head === FLOAT_32 ? 4 : 8);
    } else if (head >= UNSIGNED_8 && head <= SIGNED_64) {
      this.#skip(1 << ((head - UNSIGNED_8) & 3));
    } else if (head >= 0x80 && head < 0xe0 && head !== NIL && head !== FALSE && head !== TRUE) {
      throw new PayloadFault('the payload holds an extension or an unknown type');
    }
  }

  #skipMap(length: number): void {
    if (length > LIMITS.mapKeys) throw new PayloadFault(`the payload has a map of more than ${LIMITS.mapKeys} keys`);
    this.#enter(2 * length);
    const keys = new Set<string>();
    for (let index = 0; index < length; index++) {
      keys.add(this.anyKey());
      this.skip();
    }
    this.leave();
    if (keys.size < length) throw repeatedKey();
  }

  /** The first byte of a value. */
  #head(): number {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) throw new PayloadFault('the payload holds too many values');
    return this.#unsigned(1);
  }

  #textLength(head: number): number | null {
    if (head >= 0xa0 && head < NIL) return head & 0x1f;
    return head >= TEXT_8 && head <= TEXT_32 ? this.#unsigned(1 << (head - TEXT_8)) : null;
  }

  #arrayLength(head: number): number | null {
    if (head >= 0x90 && head < 0xa0) return head & 0x0f;
    return head === ARRAY_16 || head === ARRAY_32 ? this.#unsigned(2 << (head - ARRAY_16)) : null;
  }

  #mapLength(head: number): number | null {
    if (head >= 0x80 && head < 0x90) return head & 0x0f;
    return head === MAP_16 || head === MAP_32 ? this.#unsigned(2 << (head - MAP_16)) : null;
  }

  /** `parts`: values and keys that follow, each of at least one byte. */
  #enter(parts: number): void {
    if (this.#depth >= LIMITS.depth) throw new PayloadFault(`the payload nests deeper than ${LIMITS.depth} levels`);
    this.#need(parts);
    this.#depth += 1;
  }

  /** The text in the next `length` bytes, which are there. */
  #decode(length: number): string {
    const start = this.#at;
    this.#at += length;
    if (length <= SHORT_TEXT_BYTES) {
      let text = '';
      let at = start;
      for (; at < this.#at; at++) {
        const byte = this.#bytes[at] ?? 0;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (at === this.#at) return text;
    }
    try {
      return decoder.decode(this.#bytes.subarray(start, this.#at));
    } catch {
      throw new PayloadFault('the payload holds a string that is not UTF-8');
    }
  }

  /** Reads a big-endian number of 1, 2 or 4 bytes. */
  #unsigned(size: number): number {
    const at = this.#skip(size);
    if (size === 1) return this.#bytes[at] ?? 0;
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  /** Passes over `length` bytes; returns where they begin. */
  #skip(length: number): number {
    this.#need(length);
    const at = this.#at;
    this.#at += length;
    return at;
  }

  #need(length: number): void {
    if (length > this.#bytes.length - this.#at) throw new PayloadFault('the payload is cut off');
  }
}

export function repeatedKey(): PayloadFault {
  return new PayloadFault('the payload has a map that repeats a key');
}
