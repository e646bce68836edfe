/**
 * Data channels (2 and up): byte streams that live as long as their connection and are never stored. The client opens
 * odd numbers, the server even ones. A frame's seq is the offset of its first byte; the frame without `MORE` is the last.
 */

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
