/**
 * What changed between two states of a Wasm heap, as bytes.
 *
 * Format, little endian: version (u8), packing (u8), zero (u16), bytes of the memory afterwards (u32), bytes of the
 * unpacked runs (u32), then the runs as heap-packing.ts packs them, in blocks of whole runs. A run is the number of words
 * since the end of the run before it (LEB128), the number of its words (LEB128) and the words; words have 32 bits. Memory
 * beyond the end of the earlier state counts as zeros.
 */

import { BLOCK_BYTES, HeapDeltaError, type Packing, packBlocks, toPacking, unpackBlocks } from './heap-packing.ts';

const VERSION = 1;
const HEADER_BYTES = 12;
const WORD_BYTES = 4;
const WASM_PAGE_BYTES = 65_536;
/** Enough for every word of the largest heap. */
const MAX_LEB128_BYTES = 4;
/** Half a block: no block is much larger than `BLOCK_BYTES`. */
const MAX_RUN_WORDS = BLOCK_BYTES / 2 / WORD_BYTES;

/** Runs closer than this become one: a run costs about as many bytes as a word has. */
const MERGED_GAP_WORDS = 1;
/** The same where the earlier state had no memory: there are zeros between, which pack to nothing. */
const MERGED_ZERO_WORDS = 16;
/** Measured: below this a loop is faster than a view and its copy. */
const COPIED_AS_BLOCK_BYTES = 96;
/** No heap is larger: a delta that says so is corrupt. */
export const MAX_HEAP_BYTES = 128 * 1024 * 1024;

export interface HeapChanges {
  readonly memoryBytes: number;
  /** The start and the end of each run of changed words, in words; ascending, never touching. */
  readonly runs: readonly number[];
}

/**
 * Finds the next difference between the earlier state and the live memory: a byte address from `at` on, a multiple of 64,
 * so that nothing from `at` up to it differs and something in the 64 bytes from it on does; `end` if nothing does.
 * `at` and `end` are multiples of 64.
 */
export type NextDifference = (at: number, end: number) => number;

/** How much `NextDifference` looks at together. */
const COMPARED_BYTES = 64;

/** Part of a heap in bytes, from `start` to before `end`; both are multiples of 64. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Compares `live` with the earlier state where `stretches` say, which are ascending and do not overlap. `live` is at least
 * as long. Null if nothing changed, not even the size.
 */
export function findHeapChanges(
  earlier: Uint8Array,
  live: Uint8Array,
  stretches: readonly Stretch[],
  nextDifference: NextDifference = differencesOf(earlier, live),
): HeapChanges | null {
  const runs: number[] = [];
  const earlierWords = words(earlier);
  const liveWords = words(live);
  const common = earlier.byteLength;
  for (const { start, end } of stretches) {
    const both = Math.min(end, common);
    for (let at = nextDifference(start, both); at < both; at = nextDifference(at + COMPARED_BYTES, both)) {
      for (let word = at / WORD_BYTES; word < (at + COMPARED_BYTES) / WORD_BYTES; word += 1) {
        if (earlierWords[word] !== liveWords[word]) addWord(runs, word, MERGED_GAP_WORDS);
      }
    }
    for (let word = Math.max(start, common) / WORD_BYTES; word < end / WORD_BYTES; word += 1) {
      if (liveWords[word] !== 0) addWord(runs, word, MERGED_ZERO_WORDS);
    }
  }
  if (runs.length === 0 && live.byteLength === common) return null;
  return { memoryBytes: live.byteLength, runs };
}

/** Word by word, for two byte arrays of any origin. */
function differencesOf(earlier: Uint8Array, live: Uint8Array): NextDifference {
  const a = words(earlier);
  const b = words(live);
  return (at, end) => {
    for (let word = at / WORD_BYTES; word < end / WORD_BYTES; word += 1) {
      if (a[word] !== b[word]) return word * WORD_BYTES - ((word * WORD_BYTES) % COMPARED_BYTES);
    }
    return end;
  };
}

function addWord(runs: number[], word: number, gap: number): void {
  const end = runs.at(-1);
  if (end !== undefined && word - end <= gap) runs[runs.length - 1] = word + 1;
  else runs.push(word, word + 1);
}

/** Calls `visit` with every run. */
function forEachRun({ runs }: HeapChanges, visit: (start: number, end: number) => void): void {
  for (let index = 0; index + 1 < runs.length; index += 2) visit(runs[index] ?? 0, runs[index + 1] ?? 0);
}

/** The delta that makes the earlier state equal to `live` where `changes` says. A run of up to half a block is asked for at once. */
export function encodeHeapDelta(changes: HeapChanges, live: Pick<Uint8Array, 'subarray'>): Uint8Array {
  const { bytes, blocks } = encodeRuns(changes, live);
  const { packing, body } = packBlocks(bytes, blocks);
  const delta = new Uint8Array(HEADER_BYTES + body.byteLength);
  const header = new DataView(delta.buffer);
  header.setUint8(0, VERSION);
  header.setUint8(1, packing);
  header.setUint32(4, changes.memoryBytes, true);
  header.setUint32(8, bytes.byteLength, true);
  delta.set(body, HEADER_BYTES);
  return delta;
}

/** The runs, and where each block of them ends. Longer runs than a block are cut. */
function encodeRuns(
  changes: HeapChanges,
  live: Pick<Uint8Array, 'subarray'>,
): { bytes: Uint8Array; blocks: readonly number[] } {
  let bound = 0;
  forEachRun(changes, (start, end) => {
    const pieces = Math.ceil((end - start) / MAX_RUN_WORDS);
    bound += 2 * MAX_LEB128_BYTES * pieces + (end - start) * WORD_BYTES;
  });
  const out = new Uint8Array(bound);
  const blocks: number[] = [];
  let position = 0;
  let previousEnd = 0;
  forEachRun(changes, (start, end) => {
    for (let from = start; from < end; from += MAX_RUN_WORDS) {
      const to = Math.min(end, from + MAX_RUN_WORDS);
      position = writeLeb128(out, position, from - previousEnd);
      position = writeLeb128(out, position, to - from);
      out.set(live.subarray(from * WORD_BYTES, to * WORD_BYTES), position);
      position += (to - from) * WORD_BYTES;
      previousEnd = to;
      if (position - (blocks.at(-1) ?? 0) >= BLOCK_BYTES) blocks.push(position);
    }
  });
  if (position > (blocks.at(-1) ?? 0)) blocks.push(position);
  return { bytes: out.subarray(0, position), blocks };
}

/** Makes `earlier` equal to `live` where `changes` says; returns it, or a longer copy if the memory has grown. */
export function copyHeapChanges(changes: HeapChanges, live: Uint8Array, earlier: Uint8Array): Uint8Array {
  const target = grown(earlier, changes.memoryBytes);
  forEachRun(changes, (start, end) => {
    target.set(live.subarray(start * WORD_BYTES, end * WORD_BYTES), start * WORD_BYTES);
  });
  return target;
}

/**
 * Applies a delta to the state that it was made against, in place; returns the memory, or a longer copy if it has grown.
 * Throws `HeapDeltaError` for bytes that are no delta of this memory.
 */
export function applyHeapDelta(memory: Uint8Array, delta: Uint8Array): Uint8Array {
  const { packing, memoryBytes, runBytes } = readHeader(delta);
  if (memoryBytes < memory.byteLength) throw new HeapDeltaError('the heap delta would shrink the memory');
  const target = grown(memory, memoryBytes);
  let end = 0;
  for (const runs of unpackBlocks(packing, delta.subarray(HEADER_BYTES), runBytes)) end = applyRuns(target, runs, end);
  return target;
}

/** Applies a block of runs to `target`; `before` is where the run before it ended, in bytes. Returns where its last one ends. */
function applyRuns(target: Uint8Array, runs: Uint8Array, before: number): number {
  let position = 0;
  let end = before;
  while (position < runs.byteLength) {
    const gap = readLeb128(runs, position);
    const length = readLeb128(runs, gap.next);
    const start = end + gap.value * WORD_BYTES;
    end = start + length.value * WORD_BYTES;
    position = length.next + length.value * WORD_BYTES;
    if (end > target.byteLength) throw new HeapDeltaError('the heap delta writes beyond the memory');
    if (position > runs.byteLength) throw new HeapDeltaError('the heap delta is truncated');
    copy(runs, length.next, position, target, start);
  }
  return end;
}

/** Copies the bytes from `begin` to `end` of `source` to `at`. */
function copy(source: Uint8Array, begin: number, end: number, target: Uint8Array, at: number): void {
  if (end - begin >= COPIED_AS_BLOCK_BYTES) target.set(source.subarray(begin, end), at);
  else for (let from = begin, to = at; from < end; from += 1, to += 1) target[to] = source[from] ?? 0;
}

/** Bytes of the memory after the delta, as its header says. Throws `HeapDeltaError` for bytes that are no delta. */
export function memoryBytesAfter(delta: Uint8Array): number {
  return readHeader(delta).memoryBytes;
}

function readHeader(delta: Uint8Array): { packing: Packing; memoryBytes: number; runBytes: number } {
  if (delta.byteLength < HEADER_BYTES) throw new HeapDeltaError('the heap delta is truncated');
  const header = new DataView(delta.buffer, delta.byteOffset, delta.byteLength);
  const [version, packing] = [header.getUint8(0), toPacking(header.getUint8(1))];
  const [memoryBytes, runBytes] = [header.getUint32(4, true), header.getUint32(8, true)];
  if (version !== VERSION) throw new HeapDeltaError(`the heap delta has the unknown version ${version}`);
  if (packing === null) throw new HeapDeltaError('the heap delta is packed in an unknown way');
  if (memoryBytes % WASM_PAGE_BYTES !== 0 || memoryBytes > MAX_HEAP_BYTES || header.getUint16(2) !== 0) {
    throw new HeapDeltaError('the heap delta has a bad header');
  }
  return { packing, memoryBytes, runBytes };
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

function readLeb128(bytes: Uint8Array, position: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < MAX_LEB128_BYTES; index += 1) {
    const byte = bytes[position + index];
    if (byte === undefined) throw new HeapDeltaError('the heap delta is truncated');
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value, next: position + index + 1 };
  }
  throw new HeapDeltaError('the heap delta has a bad number');
}
