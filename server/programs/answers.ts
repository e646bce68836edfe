/**
 * How a session answers the asks of a runner: each answer is `u32 number` (of the ask), `u8 kind`, `u32 length`
 * (little-endian), payload. Kind 0 is a value, 1 nothing (no payload), 2 a failure (UTF-8, a sentence for the user).
 */

import { ByteQueue } from './byte-queue.ts';

export type Answer =
  | { readonly number: number; readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly number: number; readonly kind: 'nothing' }
  | { readonly number: number; readonly kind: 'failure'; readonly message: string };

const headerLength = 9;
const kinds = ['value', 'nothing', 'failure'] as const;
/** More than a session ever sends at once. */
const maxPayload = 64 * 1024 * 1024;

export function encodeAnswer(answer: Answer): Uint8Array {
  const payload =
    answer.kind === 'value' ? answer.bytes : new TextEncoder().encode(answer.kind === 'failure' ? answer.message : '');
  const encoded = new Uint8Array(headerLength + payload.length);
  const view = new DataView(encoded.buffer);
  view.setUint32(0, answer.number, true);
  view.setUint8(4, kinds.indexOf(answer.kind));
  view.setUint32(5, payload.length, true);
  encoded.set(payload, headerLength);
  return encoded;
}

/** Turns chunks, however the transport cut them, back into answers. Throws `Error` for what no session sends. */
export class AnswerDecoder {
  readonly #queue = new ByteQueue();

  push(chunk: Uint8Array): Answer[] {
    this.#queue.push(chunk);
    const answers: Answer[] = [];
    while (this.#queue.size >= headerLength) {
      const header = this.#queue.peek(headerLength);
      const view = new DataView(header.buffer, header.byteOffset, headerLength);
      const length = view.getUint32(5, true);
      if (length > maxPayload) throw new Error(`An answer announces ${length} bytes.`);
      if (this.#queue.size < headerLength + length) break;
      const payload = this.#queue.take(headerLength + length).slice(headerLength);
      answers.push(answerOf(view.getUint32(0, true), kinds[view.getUint8(4)], payload));
    }
    return answers;
  }
}

function answerOf(number: number, kind: (typeof kinds)[number] | undefined, payload: Uint8Array): Answer {
  switch (kind) {
    case 'value':
      return { number, kind, bytes: payload };
    case 'nothing':
      return { number, kind };
    case 'failure':
      return { number, kind, message: new TextDecoder().decode(payload) };
    case undefined:
      throw new Error('An answer is of an unknown kind.');
  }
}
