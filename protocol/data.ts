/**
 * Data channels (2 and up): byte streams that live as long as their connection and are never stored. The client opens
 * odd numbers, the server even ones. A frame's seq is the offset of its first byte; the frame without `MORE` is the last.
 */

import type { Message } from './assembler.ts';
import { ProtocolError } from './errors.ts';
import { CHANNEL_FIRST_DATA, encodeFrames } from './frame.ts';

/** Raw bytes of a stream. */
export const TYPE_DATA = 0x60;

/**
 * Frames that carry `bytes`, the first of them at `offset` of the stream. `isLast`: the stream ends with them, which
 * may then be none. Throws `RangeError` for a channel that carries no data.
 */
export function encodeData(channel: number, offset: number, bytes: Uint8Array, isLast: boolean): Uint8Array {
  if (channel < CHANNEL_FIRST_DATA) throw new RangeError(`Channel ${channel} carries no data.`);
  return encodeFrames(TYPE_DATA, channel, offset, bytes, !isLast);
}

/** The receiving end of one data channel: every byte once, in order, and none that was not granted. */
export class DataReceiver {
  #offset = 0;
  #through: number;
  #ended = false;

  /** `through`: bytes that the peer may send before it is granted more. */
  constructor(through: number) {
    this.#through = through;
  }

  /** Bytes received so far. */
  get offset(): number {
    return this.#offset;
  }

  /** True once the last frame came. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes the bytes up to offset `through`, as a `dataCredit` tells the peer. */
  grant(through: number): void {
    this.#through = Math.max(this.#through, through);
  }

  /** The bytes of this frame. Throws `ProtocolError` BAD_FRAME for bytes that are repeated, left out or not granted. */
  push({ type, channel, seq, payload, last }: Message): Uint8Array {
    const fault = this.#faultOf(type, seq, payload.length);
    if (fault !== null) throw new ProtocolError('BAD_FRAME', `Data channel ${channel}: ${fault}.`);
    this.#offset += payload.length;
    this.#ended = last;
    return payload;
  }

  #faultOf(type: number, seq: number, length: number): string | null {
    if (type !== TYPE_DATA) return `there is no frame type ${type}`;
    if (this.#ended) return 'a frame came after the last one';
    if (seq !== this.#offset) return `offset ${seq} came where ${this.#offset} was due`;
    if (seq + length > this.#through) return `only ${this.#through} bytes were granted`;
    return null;
  }
}
