/** The stream classes, from `web-streams-polyfill`, and the two that turn text into bytes and back. */

import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  TransformStream,
  WritableStream,
} from 'web-streams-polyfill';
import { defineGlobals } from '../core/state.ts';

class TextEncoderStream {
  readonly #stream: TransformStream<string, Uint8Array>;
  constructor() {
    // A surrogate pair may be cut in two between chunks.
    let pending = '';
    this.#stream = new TransformStream({
      transform(chunk, controller) {
        const text = pending + chunk;
        const last = text.charCodeAt(text.length - 1);
        const isCut = last >= 0xd800 && last <= 0xdbff;
        pending = isCut ? text.slice(-1) : '';
        const whole = isCut ? text.slice(0, -1) : text;
        if (whole !== '') controller.enqueue(new TextEncoder().encode(whole));
      },
      flush(controller) {
        if (pending !== '') controller.enqueue(new Uint8Array([0xef, 0xbf, 0xbd]));
      },
    });
  }
  get encoding(): string {
    return 'utf-8';
  }
  get readable(): ReadableStream<Uint8Array> {
    return this.#stream.readable;
  }
  get writable(): WritableStream<string> {
    return this.#stream.writable;
  }
}

class TextDecoderStream {
  readonly #decoder: TextDecoder;
  readonly #stream: TransformStream<Uint8Array, string>;
  constructor(label = 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean }) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#stream = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== '') controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== '') controller.enqueue(text);
      },
    });
  }
  get encoding(): string {
    return this.#decoder.encoding;
  }
  get readable(): ReadableStream<string> {
    return this.#stream.readable;
  }
  get writable(): WritableStream<Uint8Array> {
    return this.#stream.writable;
  }
}

defineGlobals({
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  TransformStream,
  WritableStream,
  TextEncoderStream,
  TextDecoderStream,
});

export { ReadableStream, TransformStream, WritableStream };

/** All the bytes of a stream of bytes or strings. */
export async function drain(stream: ReadableStream<unknown>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    if (typeof value === 'string') parts.push(new TextEncoder().encode(value));
    else if (value instanceof Uint8Array) parts.push(value);
    else throw new TypeError('A body stream gives Uint8Arrays');
  }
}

/** A stream of one chunk, or of none if there are no bytes. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes.slice());
      controller.close();
    },
  });
}
