/**
 * The payload of an output event: a fixed prefix, then the bytes as they were written.
 *
 * | offset | field |
 * |--:|---|
 * | 0 | u8 stream: 1 stdout, 2 stderr |
 * | 1 | u8 cause: 1 input, 2 program |
 * | 2 | 6 bytes 0 |
 * | 8 | u64 number of the input or program |
 * | 16 | u64 milliseconds since the epoch |
 * | 24 | the bytes |
 */

import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

const OUTPUT_PREFIX_BYTES = 24;
const STREAMS = ['stdout', 'stderr'] as const;
const OUTPUT_CAUSES = ['input', 'program'] as const;

export interface OutputEvent {
  readonly at: number;
  readonly stream: (typeof STREAMS)[number];
  readonly cause: (typeof OUTPUT_CAUSES)[number];
  /** Number of the input or program. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Throws `ProtocolError`, TOO_LARGE or INTERNAL, for output that no client takes. */
export function encodeOutput(output: OutputEvent): Uint8Array {
  const length = OUTPUT_PREFIX_BYTES + output.bytes.length;
  if (length > LIMITS.serverMessage) throw new ProtocolError('TOO_LARGE', 'output: split it into several events.');
  if (!isCount(output.number) || !isCount(output.at))
    throw new ProtocolError('INTERNAL', 'output: a number is not from 0 to 2^53-1.');
  const payload = new Uint8Array(length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, STREAMS.indexOf(output.stream) + 1);
  view.setUint8(1, OUTPUT_CAUSES.indexOf(output.cause) + 1);
  view.setBigUint64(8, BigInt(output.number), true);
  view.setBigUint64(16, BigInt(output.at), true);
  payload.set(output.bytes, OUTPUT_PREFIX_BYTES);
  return payload;
}

/** Throws `ProtocolError` BAD_MESSAGE. The bytes are a view of `payload`. */
export function decodeOutput(payload: Uint8Array): OutputEvent {
  if (payload.length < OUTPUT_PREFIX_BYTES) throw new ProtocolError('BAD_MESSAGE', 'output: its prefix is cut off.');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const stream = STREAMS[view.getUint8(0) - 1];
  const cause = OUTPUT_CAUSES[view.getUint8(1) - 1];
  const number = Number(view.getBigUint64(8, true));
  const at = Number(view.getBigUint64(16, true));
  if (stream === undefined || cause === undefined)
    throw new ProtocolError('BAD_MESSAGE', 'output: unknown stream or cause.');
  if (!isCount(number) || !isCount(at)) throw new ProtocolError('BAD_MESSAGE', 'output: a number is above 2^53-1.');
  return { at, stream, cause, number, bytes: payload.subarray(OUTPUT_PREFIX_BYTES) };
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}
