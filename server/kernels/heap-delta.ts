/**
 * What changed between two states of a Wasm heap, as bytes.
 *
 * Format, little endian: version (u8), packing (u8: 0 plain, 1 raw deflate), zero (u16), bytes of the memory afterwards
 * (u32), bytes of the unpacked runs (u32), then the runs. A run is the number of words since the end of the run before
 * it (LEB128), the number of its words (LEB128) and the words; words have 32 bits. Memory beyond the end of the earlier
 * state counts as zeros.
 */

import { Buffer } from 'node:buffer';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const VERSION = 1;
const PLAIN = 0;
const DEFLATED = 1;
const HEADER_BYTES = 12;
const WORD_BYTES = 4;
const WASM_PAGE_BYTES = 65_536;

/** Unequal blocks are compared word by word. Measured: smaller blocks cost calls, larger ones words. */
const BLOCK_BYTES = 8_192;
/** Runs closer than this become one: the words between cost less than another run. */
const MERGED_GAP_WORDS = 2;
/** Packing less than this saves nothing worth its time. */
const DEFLATE_FROM_BYTES = 1_024;

/** No heap is larger: a delta that says so is corrupt. */
export const MAX_HEAP_BYTES = 128 * 1024 * 1024;

/** A delta that cannot be applied. The memory it was applied to may be partly changed and must be dropped. */
export class HeapDeltaError extends Error {
  override readonly name = 'HeapDeltaError';
}

/** Changed words: positions and lengths in words, ascending, never touching. */
export interface HeapChanges {
  readonly memoryBytes: number;
  readonly runs: readonly { readonly start: number; readonly length: number }[];
}

/**
 * Compares `live` with the earlier state from byte `from` on (both multiples of 4). `live` is at least as long.
 * Null if nothing changed, not even the size.
 */
export function findHeapChanges(earlier: Uint8Array, live: Uint8Array, from: number): HeapChanges | null {
  const runs: { start: number; length: number }[] = [];
  const earlierWords = words(earlier);
  const liveWords = words(live);
  const common = earlier.byteLength;
  for (let block = from; block < common; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, common);
    if (Buffer.compare(earlier.subarray(block, end), live.subarray(block, end)) === 0) continue;
    for (let word = block / WORD_BYTES; word < end / WORD_BYTES; word += 1) {
      if (earlierWords[word] !== liveWords[word]) addWord(runs, word);
    }
  }
  for (let word = Math.max(from, common) / WORD_BYTES; word < liveWords.length; word += 1) {
    if (liveWords[word] !== 0) addWord(runs, word);
  }
  if (runs.length === 0 && live.byteLength === common) return null;
  return { memoryBytes: live.byteLength, runs };
}

function addWord(runs: { start: number; length: number }[], word: number): void {
  const last = runs.at(-1);
  if (last && word - (last.start + last.length) <= MERGED_GAP_WORDS) last.length = word + 1 - last.start;
  else runs.push({ start: word, length: 1 });
}

/** The delta that makes the earlier state equal to `live` where `changes` says. */
export function encodeHeapDelta(changes: HeapChanges, live: Uint8Array): Uint8Array {
  const bound = changes.runs.reduce((sum, { length }) => sum + 10 + length * WORD_BYTES, 0);
  const out = new Uint8Array(bound);
  let position = 0;
  let previousEnd = 0;
  for (const { start, length } of changes.runs) {
    position = writeLeb128(out, position, start - previousEnd);
    position = writeLeb128(out, position, length);
    out.set(live.subarray(start * WORD_BYTES, (start + length) * WORD_BYTES), position);
    position += length * WORD_BYTES;
    previousEnd = start + length;
  }
  const runs = out.subarray(0, position);
  const packed = position >= DEFLATE_FROM_BYTES ? deflateRawSync(runs, { level: 1 }) : null;
  const body = packed && packed.byteLength < position ? packed : runs;
  const delta = new Uint8Array(HEADER_BYTES + body.byteLength);
  const header = new DataView(delta.buffer);
  header.setUint8(0, VERSION);
  header.setUint8(1, body === runs ? PLAIN : DEFLATED);
  header.setUint32(4, changes.memoryBytes, true);
  header.setUint32(8, position, true);
  delta.set(body, HEADER_BYTES);
  return delta;
}

/** Makes `earlier` equal to `live` where `changes` says; returns it, or a longer copy if the memory has grown. */
export function copyHeapChanges(changes: HeapChanges, live: Uint8Array, earlier: Uint8Array): Uint8Array {
  const target = grown(earlier, changes.memoryBytes);
  for (const { start, length } of changes.runs) {
    target.set(live.subarray(start * WORD_BYTES, (start + length) * WORD_BYTES), start * WORD_BYTES);
  }
  return target;
}

/**
 * Applies a delta to the state that it was made against, in place; returns the memory, or a longer copy if it has grown.
 * Throws `HeapDeltaError` for bytes that are no delta of this memory.
 */
export function applyHeapDelta(memory: Uint8Array, delta: Uint8Array): Uint8Array {
  const { memoryBytes, runs } = unpack(delta);
  if (memoryBytes < memory.byteLength) throw new HeapDeltaError('the heap delta would shrink the memory');
  const target = grown(memory, memoryBytes);
  let position = 0;
  let end = 0;
  while (position < runs.byteLength) {
    const gap = readLeb128(runs, position);
    const length = readLeb128(runs, gap.next);
    const start = end + gap.value * WORD_BYTES;
    end = start + length.value * WORD_BYTES;
    position = length.next + length.value * WORD_BYTES;
    if (end > memoryBytes) throw new HeapDeltaError('the heap delta writes beyond the memory');
    if (position > runs.byteLength) throw new HeapDeltaError('the heap delta is truncated');
    target.set(runs.subarray(length.next, position), start);
  }
  return target;
}

function unpack(delta: Uint8Array): { memoryBytes: number; runs: Uint8Array } {
  if (delta.byteLength < HEADER_BYTES) throw new HeapDeltaError('the heap delta is truncated');
  const header = new DataView(delta.buffer, delta.byteOffset, delta.byteLength);
  const [version, packing] = [header.getUint8(0), header.getUint8(1)];
  const [memoryBytes, runBytes] = [header.getUint32(4, true), header.getUint32(8, true)];
  if (version !== VERSION) throw new HeapDeltaError(`the heap delta has the unknown version ${version}`);
  if (packing !== PLAIN && packing !== DEFLATED) throw new HeapDeltaError('the heap delta is packed in an unknown way');
  if (memoryBytes % WASM_PAGE_BYTES !== 0 || memoryBytes > MAX_HEAP_BYTES || header.getUint16(2) !== 0) {
    throw new HeapDeltaError('the heap delta has a bad header');
  }
  const body = delta.subarray(HEADER_BYTES);
  const runs = packing === DEFLATED ? inflate(body, runBytes) : body;
  if (runs.byteLength !== runBytes) throw new HeapDeltaError('the heap delta has the wrong length');
  return { memoryBytes, runs };
}

function inflate(body: Uint8Array, bytes: number): Uint8Array {
  try {
    return inflateRawSync(body, { maxOutputLength: Math.max(1, Math.min(bytes, 2 * MAX_HEAP_BYTES)) });
  } catch {
    throw new HeapDeltaError('the heap delta cannot be unpacked');
  }
}

function grown(memory: Uint8Array, bytes: number): Uint8Array {
  if (memory.byteLength === bytes) return memory;
  const larger = new Uint8Array(bytes);
  larger.set(memory);
  return larger;
}

function words(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / WORD_BYTES);
}

function writeLeb128(out: Uint8Array, position: number, value: number): number {
  let rest = value;
  let next = position;
  while (rest >= 0x80) {
    out[next] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    next += 1;
  }
  out[next] = rest;
  return next + 1;
}

/** At most four bytes: enough for every word of the largest heap. */
function readLeb128(bytes: Uint8Array, position: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[position + index];
    if (byte === undefined) throw new HeapDeltaError('the heap delta is truncated');
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value, next: position + index + 1 };
  }
  throw new HeapDeltaError('the heap delta has a bad number');
}
