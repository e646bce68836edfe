/** Writes MessagePack, every value in its shortest form. */

import { utf8Length } from '../utf8.ts';

const INITIAL_BYTES = 1024;
/** Room is kept from one payload to the next, but not more than this. */
const KEPT_BYTES = 64 * 1024;
/** Shorter text is written faster here than by the platform's encoder. */
const SHORT_TEXT_CHARACTERS = 32;

const encoder = new TextEncoder();

export class PayloadWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** Forgets what was written. */
  begin(): void {
    this.#at = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#grow(INITIAL_BYTES);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  nil(): void {
    this.#byte(0xc0);
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** An integer if it is one from 0 to 2^53-1, else a float of 64 bits. */
  number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) this.#unsigned(value);
    else {
      const at = this.#room(9);
      this.#view.setUint8(at, 0xcb);
      this.#view.setFloat64(at + 1, value);
    }
  }

  /** What UTF-8 cannot say becomes U+FFFD. */
  text(value: string): void {
    const length = utf8Length(value);
    if (length < 32) this.#byte(0xa0 | length);
    else if (length < 0x100) this.#sized(0xd9, 1, length);
    else this.#sized(length < 0x10000 ? 0xda : 0xdb, length < 0x10000 ? 2 : 4, length);
    const at = this.#room(length);
    if (length === value.length && length <= SHORT_TEXT_CHARACTERS) {
      for (let index = 0; index < length; index++) this.#bytes[at + index] = value.charCodeAt(index);
    } else encoder.encodeInto(value, this.#bytes.subarray(at, at + length));
  }

  binary(value: Uint8Array): void {
    const { length } = value;
    if (length < 0x100) this.#sized(0xc4, 1, length);
    else this.#sized(length < 0x10000 ? 0xc5 : 0xc6, length < 0x10000 ? 2 : 4, length);
    this.encoded(value);
  }

  /** The beginning of an array: `length` values follow. */
  array(length: number): void {
    if (length < 16) this.#byte(0x90 | length);
    else this.#sized(length < 0x10000 ? 0xdc : 0xdd, length < 0x10000 ? 2 : 4, length);
  }

  /** The beginning of a map of fewer than 16 pairs: as many keys follow, each with its value. */
  map(length: number): void {
    this.#byte(0x80 | length);
  }

  /** What was encoded before. */
  encoded(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  #unsigned(value: number): void {
    if (value < 0x80) this.#byte(value);
    else if (value < 0x100) this.#sized(0xcc, 1, value);
    else if (value < 0x10000) this.#sized(0xcd, 2, value);
    else if (value < 0x100000000) this.#sized(0xce, 4, value);
    else {
      const at = this.#room(9);
      this.#view.setUint8(at, 0xcf);
      this.#view.setUint32(at + 1, Math.floor(value / 2 ** 32));
      this.#view.setUint32(at + 5, value);
    }
  }

  /** `value` in `size` bytes, big-endian, after `head`. */
  #sized(head: number, size: 1 | 2 | 4, value: number): void {
    const at = this.#room(1 + size);
    this.#view.setUint8(at, head);
    if (size === 1) this.#view.setUint8(at + 1, value);
    else if (size === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
  }

  #byte(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  /** Makes room for `length` bytes more; returns where they go. `#bytes` may be another array afterwards. */
  #room(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) this.#grow(Math.max(this.#at, 2 * this.#bytes.length));
    return at;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(length);
    bytes.set(this.#bytes.subarray(0, Math.min(length, this.#bytes.length)));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
