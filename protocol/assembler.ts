/** Puts messages together again whose payload went over several frames. Pure state, one per connection and direction. */

import { ProtocolError } from './errors.ts';
import { CHANNEL_FIRST_DATA, concatBytes, FLAG_MORE, type Frame, payloadLimit } from './frame.ts';

export interface Message {
  readonly type: number;
  readonly channel: number;
  readonly seq: number;
  readonly payload: Uint8Array;
  /** On data channels every frame is a message of its own; false there while the stream goes on. */
  readonly last: boolean;
}

interface Pending {
  readonly type: number;
  readonly seq: number;
  readonly parts: Uint8Array[];
  bytes: number;
}

export class MessageAssembler {
  readonly #limit: number;
  readonly #pending = new Map<number, Pending>();

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
    if (more && frame.payload.length === 0)
      throw new ProtocolError('BAD_FRAME', 'A frame that goes on carries no bytes.');
    if (channel >= CHANNEL_FIRST_DATA) return { type, channel, seq, payload: frame.payload, last: !more };
    if (more && frame.payload.length < payloadLimit(channel))
      throw new ProtocolError('BAD_FRAME', 'A frame whose message goes on is not full.');
    const pending = this.#pending.get(channel);
    if (pending !== undefined && (pending.type !== type || pending.seq !== seq)) {
      throw new ProtocolError('BAD_FRAME', `Channel ${channel} owes the rest of a message of type ${pending.type}.`);
    }
    const current = pending ?? { type, seq, parts: [], bytes: 0 };
    current.bytes += frame.payload.length;
    if (current.bytes > this.#limit) {
      throw new ProtocolError('BAD_FRAME', `A message may have ${this.#limit} bytes, all its frames together.`);
    }
    current.parts.push(more ? frame.payload.slice() : frame.payload);
    if (more) {
      this.#pending.set(channel, current);
      return null;
    }
    this.#pending.delete(channel);
    return { type, channel, seq, payload: concatBytes(current.parts), last: true };
  }
}
