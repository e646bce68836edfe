/** What requests and responses have in common: a body that can be read once. */

import { bytesOf, concatenate, decodeText, encodeText } from '../core/bytes.ts';
import { nameAll } from '../core/state.ts';
import { Blob, blobBytes } from './blob.ts';
import { decodeForm, encodeMultipart, FormData } from './form-data.ts';
import { drain, ReadableStream, streamOf } from './streams.ts';

/** A body as it was given, and the content type that it implies. */
export interface Content {
  readonly source: Uint8Array | ReadableStream<unknown> | null;
  readonly type: string | null;
}

export function contentOf(body: unknown): Content {
  if (body === null || body === undefined) return { source: null, type: null };
  if (body instanceof ReadableStream) return { source: body, type: null };
  if (body instanceof Blob) return { source: blobBytes(body), type: body.type || null };
  if (body instanceof FormData) {
    const { bytes, type } = encodeMultipart(body);
    return { source: bytes, type };
  }
  if (body instanceof URLSearchParams) {
    return { source: encodeText(`${body}`), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    return { source: new Uint8Array(bytesOf(body)), type: null };
  }
  return { source: encodeText(`${body}`), type: 'text/plain;charset=UTF-8' };
}

export abstract class Body {
  #source: Content['source'];
  #stream: ReadableStream<unknown> | null = null;
  #isUsed = false;

  abstract readonly headers: Headers;

  constructor(source: Content['source']) {
    this.#source = source;
  }

  get body(): ReadableStream<unknown> | null {
    if (this.#source === null) return null;
    this.#stream ??= this.#source instanceof ReadableStream ? this.#source : streamOf(this.#source);
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#isUsed;
  }

  async bytes(): Promise<Uint8Array> {
    if (this.#isUsed || this.#stream?.locked) throw new TypeError('Body is unusable: Body has already been read');
    if (this.#source === null) return new Uint8Array();
    this.#isUsed = true;
    if (this.#stream === null && this.#source instanceof Uint8Array) return this.#source.slice();
    const stream = this.body;
    return stream === null ? new Uint8Array() : concatenate(await drain(stream));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return bytesOf(await this.bytes());
  }

  async text(): Promise<string> {
    return decodeText(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' });
  }

  async formData(): Promise<FormData> {
    return decodeForm(await this.bytes(), this.headers.get('content-type') ?? '');
  }

  /** A second body with the same content; this one goes on with its half. For `clone`. */
  static branch(body: Body): Content['source'] {
    if (body.#isUsed || body.#stream?.locked) throw new TypeError('Body has already been read: it cannot be cloned');
    if (body.#source instanceof Uint8Array && body.#stream === null) return body.#source;
    const stream = body.body;
    if (stream === null) return null;
    const [mine, other] = stream.tee();
    body.#source = mine;
    body.#stream = mine;
    return other;
  }
}

nameAll({ Body });

export const { branch } = Body;
Reflect.deleteProperty(Body, 'branch');
