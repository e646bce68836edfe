/**
 * How the runs of a heap delta are packed: as they are; or in blocks, each the length of its packed bytes (u32, little
 * endian), that of its unpacked bytes (u32) and raw deflate. A large heap is unpacked block by block: room for all of it
 * at once would cost as much as the unpacking.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';

const PLAIN = 0;
/** One block without its lengths. Read, not written. */
const WHOLE = 1;
const BLOCKS = 2;

export type Packing = typeof PLAIN | typeof WHOLE | typeof BLOCKS;

/** A block ends with the first run that makes it as long as this. */
export const BLOCK_BYTES = 256 * 1024;

const LENGTHS_BYTES = 8;
/** Measured: packing less costs more time than the bytes are worth; keyframes pack what chains of small deltas hold. */
const DEFLATE_FROM_BYTES = 16_384;
const INFLATE_ROOM_BYTES = 65_536;
/** workerd takes no higher limit. */
const MAX_INFLATED_BYTES = 128 * 1024 * 1024;

/** A delta that cannot be applied. The memory it was applied to may be partly changed and must be dropped. */
export class HeapDeltaError extends Error {
  override readonly name = 'HeapDeltaError';
}

/** Null for a number that is no packing. */
export function toPacking(byte: number): Packing | null {
  return byte === PLAIN || byte === WHOLE || byte === BLOCKS ? byte : null;
}

/** Packs `bytes`; `ends` are the ends of its blocks, ascending. */
export function packBlocks(bytes: Uint8Array, ends: readonly number[]): { packing: Packing; body: Uint8Array } {
  if (bytes.byteLength < DEFLATE_FROM_BYTES) return { packing: PLAIN, body: bytes };
  const blocks = ends.map((end, index) => {
    const length = end - (ends[index - 1] ?? 0);
    return { length, packed: deflateRawSync(bytes.subarray(end - length, end), { level: 1 }) };
  });
  const size = blocks.reduce((sum, { packed }) => sum + LENGTHS_BYTES + packed.byteLength, 0);
  if (size >= bytes.byteLength) return { packing: PLAIN, body: bytes };
  const body = new Uint8Array(size);
  const view = new DataView(body.buffer);
  let at = 0;
  for (const { length, packed } of blocks) {
    view.setUint32(at, packed.byteLength, true);
    view.setUint32(at + 4, length, true);
    body.set(packed, at + LENGTHS_BYTES);
    at += LENGTHS_BYTES + packed.byteLength;
  }
  return { packing: BLOCKS, body };
}

/** The blocks of `body`, `bytes` in all once they are unpacked. Throws `HeapDeltaError` when they are not that. */
export function* unpackBlocks(packing: Packing, body: Uint8Array, bytes: number): Generator<Uint8Array, void> {
  let left = bytes;
  for (const block of packing === BLOCKS ? inflateBlocks(body) : [packing === WHOLE ? inflate(body, bytes) : body]) {
    left -= block.byteLength;
    if (left < 0) break;
    yield block;
  }
  if (left !== 0) throw new HeapDeltaError('the heap delta has the wrong length');
}

function* inflateBlocks(body: Uint8Array): Generator<Uint8Array, void> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at < body.byteLength; ) {
    const begin = at + LENGTHS_BYTES;
    if (begin > body.byteLength) throw new HeapDeltaError('the heap delta is truncated');
    const end = begin + view.getUint32(at, true);
    if (end > body.byteLength) throw new HeapDeltaError('the heap delta is truncated');
    yield inflate(body.subarray(begin, end), view.getUint32(at + 4, true));
    at = end;
  }
}

function inflate(packed: Uint8Array, bytes: number): Uint8Array {
  try {
    // workerd counts the room it has made against the limit, not the bytes: an exact limit fails for some sizes.
    const maxOutputLength = Math.min(2 * bytes + INFLATE_ROOM_BYTES, MAX_INFLATED_BYTES);
    return inflateRawSync(packed, { maxOutputLength });
  } catch {
    throw new HeapDeltaError('the heap delta cannot be unpacked');
  }
}
