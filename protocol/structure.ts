/**
 * What a MessagePack payload may look like, checked on its bytes before anything is built from them: a decoder makes an
 * array of the length that its header announces, so a few bytes could otherwise ask for gigabytes.
 *
 * Allowed are nil, booleans, numbers, UTF-8 strings, binaries, arrays, and maps whose keys are strings and do not repeat.
 */

import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { isUtf8 } from './utf8.ts';

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
/** Bytes that follow the first byte of the number types 0xca (a float of 32 bits) to 0xd3 (an integer of 64). */
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];

/** Throws `ProtocolError` BAD_MESSAGE unless `bytes` are exactly one value of at most `values` parts, itself included. */
export function checkStructure(bytes: Uint8Array, what: string, values: number): void {
  const walker = new Walker(bytes, what, values);
  walker.value(0);
  walker.end();
}

class Walker {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;
  #valuesLeft: number;

  constructor(bytes: Uint8Array, what: string, values: number) {
    this.#bytes = bytes;
    this.#what = what;
    this.#valuesLeft = values;
  }

  /** Walks over one value that stands inside `depth` arrays and maps. */
  value(depth: number): void {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) throw this.#error('holds too many values');
    const head = this.#unsigned(1);
    if (head < 0x80 || head >= 0xe0 || head === NIL || head === FALSE || head === TRUE) return;
    if (head < 0x90) this.#map(head & 0x0f, depth);
    else if (head < 0xa0) this.#array(head & 0x0f, depth);
    else if (head < 0xc0) this.#text(head & 0x1f);
    else if (head >= 0xc4 && head <= 0xc6) this.#skip(this.#unsigned(1 << (head - 0xc4)));
    else if (head >= 0xca && head <= 0xd3) this.#skip(NUMBER_BYTES[head - 0xca] ?? 0);
    else if (head >= 0xd9 && head <= 0xdb) this.#text(this.#unsigned(1 << (head - 0xd9)));
    else if (head === 0xdc || head === 0xdd) this.#array(this.#unsigned(2 << (head - 0xdc)), depth);
    else if (head === 0xde || head === 0xdf) this.#map(this.#unsigned(2 << (head - 0xde)), depth);
    else throw this.#error('holds an extension or an unknown type');
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw this.#error('goes on after its value');
  }

  #array(length: number, depth: number): void {
    this.#enter(length, depth);
    for (let index = 0; index < length; index++) this.value(depth + 1);
  }

  #map(length: number, depth: number): void {
    if (length > LIMITS.mapKeys) throw this.#error(`has a map of more than ${LIMITS.mapKeys} keys`);
    this.#enter(2 * length, depth);
    const keys = new Set<string>();
    for (let index = 0; index < length; index++) {
      keys.add(this.#key());
      this.value(depth + 1);
    }
    if (keys.size < length) throw this.#error('has a map that repeats a key');
  }

  /** `parts`: values that follow, each of at least one byte. */
  #enter(parts: number, depth: number): void {
    if (depth >= LIMITS.depth) throw this.#error(`nests deeper than ${LIMITS.depth} levels`);
    this.#need(parts);
  }

  #key(): string {
    const head = this.#unsigned(1);
    if ((head & 0xe0) !== 0xa0 && head !== 0xd9)
      throw this.#error('has a map key that is no string of at most 255 bytes');
    const length = head === 0xd9 ? this.#unsigned(1) : head & 0x1f;
    const start = this.#at;
    this.#text(length);
    let key = '';
    for (let at = start; at < this.#at; at++) key += String.fromCharCode(this.#bytes[at] ?? 0);
    return key;
  }

  #text(length: number): void {
    const start = this.#at;
    this.#skip(length);
    if (!isUtf8(this.#bytes, start, this.#at)) throw this.#error('holds a string that is not UTF-8');
  }

  /** Reads a big-endian number of 1, 2 or 4 bytes. */
  #unsigned(bytes: number): number {
    const start = this.#at;
    this.#skip(bytes);
    let number = 0;
    for (let at = start; at < this.#at; at++) number = number * 256 + (this.#bytes[at] ?? 0);
    return number;
  }

  #skip(bytes: number): void {
    this.#need(bytes);
    this.#at += bytes;
  }

  #need(bytes: number): void {
    if (bytes > this.#bytes.length - this.#at) throw this.#error('is cut off');
  }

  #error(fault: string): ProtocolError {
    return new ProtocolError('BAD_MESSAGE', `${this.#what}: the payload ${fault}.`);
  }
}
