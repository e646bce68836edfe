/** `Blob` and `File`: bytes with a type. */

import { bytesOf, concatenate, decodeText, encodeText } from '../core/bytes.ts';
import { host } from '../core/host.ts';
import { defineGlobals } from '../core/state.ts';
import { type ReadableStream, streamOf } from './streams.ts';

function partBytes(part: unknown): Uint8Array {
  if (part instanceof Blob) return blobBytes(part);
  if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) return new Uint8Array(bytesOf(part));
  return encodeText(`${part}`);
}

function typeOf(type: unknown): string {
  const text = `${type ?? ''}`;
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : '';
}

export class Blob {
  readonly #bytes: Uint8Array;
  readonly #type: string;

  constructor(parts: Iterable<unknown> = [], options?: { type?: string }) {
    if (typeof parts !== 'object' || parts === null) throw new TypeError('The parts of a Blob are given as an array');
    this.#bytes = concatenate(Array.from(parts, partBytes));
    this.#type = typeOf(options?.type);
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  async text(): Promise<string> {
    return decodeText(this.#bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return bytesOf(this.#bytes);
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes.slice();
  }

  stream(): ReadableStream<Uint8Array> {
    return streamOf(this.#bytes);
  }

  slice(start?: number, end?: number, type?: string): Blob {
    return new Blob([this.#bytes.subarray(...this.#range(start, end))], { type: type ?? '' });
  }

  #range(start = 0, end = this.size): [number, number] {
    const within = (offset: number) => (offset < 0 ? Math.max(this.size + offset, 0) : Math.min(offset, this.size));
    return [within(start), Math.max(within(start), within(end))];
  }

  static bytesOf(blob: Blob): Uint8Array {
    return blob.#bytes;
  }
}

/** The bytes of a blob, without a copy. */
export const { bytesOf: blobBytes } = Blob;
Reflect.deleteProperty(Blob, 'bytesOf');

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(parts: Iterable<unknown>, name: string, options?: { type?: string; lastModified?: number }) {
    super(parts, options);
    this.#name = `${name}`;
    this.#lastModified = options?.lastModified ?? Math.trunc(host.now());
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }
}

defineGlobals({ Blob, File });
