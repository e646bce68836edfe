/** Puts messages together again whose payload went over several frames. Pure state, one per connection and direction. */

import { ProtocolError } from './errors.ts';
import { CHANNEL_FIRST_DATA, concatBytes, FLAG_MORE, type Frame } from './frame.ts';

export interface Message {
  readonly type: number;
  readonly channel: number;
  readonly seq: number;
  readonly payload: Uint8Array;
  /** On data channels every frame is a message of its own; false there while the stream goes on. */
  readonly last: boolean;
}

interface Partial {
  readonly type: number;
  readonly seq: number;
  readonly parts: Uint8Array[];
  bytes: number;
}

export class MessageAssembler {
  readonly #limit: number;
  readonly #partial = new Map<number, Partial>();

  /** `limit`: bytes of one message, all its frames together. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The message that this frame completes, or null.
   * Throws `ProtocolError` BAD_FRAME when a continuation does not fit what it continues, or the message grows too large.
   */
  push(frame: Frame): Message | null {
    const more = (frame.flags & FLAG_MORE) !== 0;
    const { type, channel, seq } = frame;
    if (channel >= CHANNEL_FIRST_DATA) return { type, channel, seq, payload: frame.payload, last: !more };
    const partial = this.#partial.get(channel);
    if (partial === undefined && !more) return { type, channel, seq, payload: frame.payload, last: true };
    const current = partial ?? { type, seq, parts: [], bytes: 0 };
    if (current.type !== type || current.seq !== seq) {
      throw new ProtocolError('BAD_FRAME', `Channel ${channel} owes the rest of a message of type ${current.type}.`);
    }
    if (more && frame.payload.length === 0)
      throw new ProtocolError('BAD_FRAME', 'A frame that goes on carries no bytes.');
    current.bytes += frame.payload.length;
    if (current.bytes > this.#limit) {
      throw new ProtocolError('BAD_FRAME', `A message may have ${this.#limit} bytes, all its frames together.`);
    }
    current.parts.push(more ? frame.payload.slice() : frame.payload);
    if (more) {
      this.#partial.set(channel, current);
      return null;
    }
    this.#partial.delete(channel);
    return { type, channel, seq, payload: concatBytes(current.parts), last: true };
  }
}
