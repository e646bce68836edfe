/**
 * Frames: a 16-byte little-endian header and a payload. A WebSocket message holds one or more whole frames.
 *
 * | offset | field | |
 * |--:|---|---|
 * | 0 | u8 type | bit 7: may be ignored by whoever does not know it |
 * | 1 | u8 flags | `MORE` |
 * | 2 | u16 channel | 0 control, 1 log, from 2 data |
 * | 4 | u32 length | of the payload |
 * | 8 | u64 seq | number of the log event on channel 1, offset on data channels, else 0 |
 */

import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

export const HEADER_BYTES = 16;
/** The payload goes on in the next frame of the same channel, which has the same type and seq. */
export const FLAG_MORE = 1;
/** A type with this bit may be ignored by a peer that does not know it. */
export const TYPE_IGNORABLE = 0x80;

export const CHANNEL_CONTROL = 0;
export const CHANNEL_LOG = 1;
export const CHANNEL_FIRST_DATA = 2;
export const CHANNEL_LAST = 0xffff;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly channel: number;
  /** A safe integer. */
  readonly seq: number;
  readonly payload: Uint8Array;
}

/** Largest payload that one frame of this channel may carry. */
export function payloadLimit(channel: number): number {
  return channel === CHANNEL_CONTROL ? LIMITS.controlFramePayload : LIMITS.framePayload;
}

/**
 * The frames of `payload`: each as full as it may be, all but the last flagged `MORE`; the last too if `goesOn`. All
 * have the same seq, except on data channels, where it is the offset of the frame's first byte.
 * Throws `RangeError` for header fields that do not fit.
 */
export function encodeFrames(
  type: number,
  channel: number,
  seq: number,
  payload: Uint8Array,
  goesOn = false,
): Uint8Array {
  const isData = channel >= CHANNEL_FIRST_DATA;
  const lastSeq = isData ? seq + payload.length : seq;
  if (
    !isWithin(type, 0xff) ||
    !isWithin(channel, CHANNEL_LAST) ||
    !isWithin(seq, lastSeq) ||
    !Number.isSafeInteger(lastSeq)
  ) {
    throw new RangeError(`No frame has type ${type}, channel ${channel} and seq ${seq}.`);
  }
  const limit = payloadLimit(channel);
  const count = Math.max(goesOn ? 0 : 1, Math.ceil(payload.length / limit));
  const bytes = new Uint8Array(payload.length + count * HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const start = index * limit;
    const part = payload.subarray(start, start + limit);
    view.setUint8(at, type);
    view.setUint8(at + 1, goesOn || index < count - 1 ? FLAG_MORE : 0);
    view.setUint16(at + 2, channel, true);
    view.setUint32(at + 4, part.length, true);
    view.setBigUint64(at + 8, BigInt(isData ? seq + start : seq), true);
    bytes.set(part, at + HEADER_BYTES);
    at += HEADER_BYTES + part.length;
  }
  return bytes;
}

function isWithin(number: number, last: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= last;
}

/**
 * All frames of one WebSocket message. Payloads are views of `bytes`.
 * Throws `ProtocolError` BAD_FRAME unless every byte belongs to a whole frame within the limits.
 */
export function decodeFrames(bytes: Uint8Array): Frame[] {
  if (bytes.length === 0) throw new ProtocolError('BAD_FRAME', 'A message must hold at least one frame.');
  if (bytes.length > LIMITS.socketMessage) {
    throw new ProtocolError(
      'BAD_FRAME',
      `A message may have ${LIMITS.socketMessage} bytes; this one has ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (frames.length === LIMITS.socketMessageFrames)
      throw new ProtocolError('BAD_FRAME', `A message may hold ${LIMITS.socketMessageFrames} frames.`);
    if (bytes.length - at < HEADER_BYTES) throw new ProtocolError('BAD_FRAME', 'A frame header is cut off.');
    const channel = view.getUint16(at + 2, true);
    const length = view.getUint32(at + 4, true);
    const limit = payloadLimit(channel);
    if (length > limit) {
      throw new ProtocolError(
        'BAD_FRAME',
        `A frame of channel ${channel} may carry ${limit} bytes; this one announces ${length}.`,
      );
    }
    if (length > bytes.length - at - HEADER_BYTES) throw new ProtocolError('BAD_FRAME', 'A frame payload is cut off.');
    const seq = view.getBigUint64(at + 8, true);
    if (seq > BigInt(Number.MAX_SAFE_INTEGER))
      throw new ProtocolError('BAD_FRAME', 'A sequence number is above 2^53-1.');
    if (channel === CHANNEL_CONTROL && seq !== 0n)
      throw new ProtocolError('BAD_FRAME', 'A control frame has a sequence number.');
    if (channel === CHANNEL_LOG && seq === 0n)
      throw new ProtocolError('BAD_FRAME', 'A log frame has no sequence number.');
    const start = at + HEADER_BYTES;
    frames.push({
      type: view.getUint8(at),
      flags: view.getUint8(at + 1),
      channel,
      seq: Number(seq),
      payload: bytes.subarray(start, start + length),
    });
    at = start + length;
  }
  return frames;
}

/** Bytes that a message takes on the wire, headers included. */
export function encodedLength({ channel, payload }: Pick<Frame, 'channel' | 'payload'>): number {
  return payload.length + Math.max(1, Math.ceil(payload.length / payloadLimit(channel))) * HEADER_BYTES;
}

/** One byte string of all `parts`; the part itself, not a copy, if there is only one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
