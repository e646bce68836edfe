/**
 * The heap of one kernel as it is stored: what changed since the last snapshot, and all that changed since the base.
 *
 * Only the pages that ever changed are in memory a second time: whether a page changed is told by its hash.
 *
 * A stored segment is the length of its description (u32, little endian), the description (JSON of `Beside`) and a heap
 * delta.
 */

import { applyHeapDelta, encodeHeapDelta, MAX_HEAP_BYTES, memoryBytesAfter } from '../heap-delta.ts';
import { HeapDeltaError } from '../heap-packing.ts';
import type { ReferenceTables } from './glue.ts';
import type { Linking } from './linker.ts';

/** What belongs to a heap and is not in its memory. */
export interface Beside {
  readonly tables: ReferenceTables;
  readonly linking: Linking;
  /** Python's monotonic clock, in milliseconds: it stands still while the heap is not live. */
  readonly monotonic: number;
  readonly directory: string;
  /** Open files, as `MountedFiles.describe` tells them. */
  readonly files: string;
  /** The number of the last request to the network. */
  readonly lastFetch: number;
}

const LENGTH_BYTES = 4;
const PAGE_BYTES = 4096;
const WORD_BYTES = 4;
const PAGE_WORDS = PAGE_BYTES / WORD_BYTES;
const WASM_PAGE_BYTES = 65_536;
const HASH_BYTES = 8;
/** Runs closer than this become one: a run costs about as many bytes as a word has. */
const MERGED_GAP_WORDS = 1;

/** The first page from `page` on that is not as the hashes say, which it corrects; `end` if all are. */
type NextPage = (page: number, end: number) => number;

export class StoredHeap {
  readonly #live: WebAssembly.Memory;
  readonly #next: NextPage;
  /** Pages that differ from the base snapshot, as of the last snapshot. */
  readonly #pages = new Map<number, Uint8Array>();
  #memoryBytes: number;
  #beside: Beside | null = null;

  /** `live` holds the base snapshot. */
  constructor(live: WebAssembly.Memory, pageHasher: WebAssembly.Module) {
    this.#live = live;
    this.#memoryBytes = live.buffer.byteLength;
    const room = (MAX_HEAP_BYTES / PAGE_BYTES) * HASH_BYTES;
    const hashes = new WebAssembly.Memory({ initial: room / WASM_PAGE_BYTES });
    const { exports } = new WebAssembly.Instance(pageHasher, { memory: { live, hashes } });
    this.#next = exports.next as NextPage;
    this.#findChangedPages();
  }

  /** Bytes that this takes beside the live memory. */
  get bytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  /** What stood beside the heap at the last snapshot; null for a heap that has none. */
  get beside(): Beside | null {
    return this.#beside;
  }

  /** Makes the live memory, which holds the base snapshot, what the segments say. Throws `HeapDeltaError` for bad ones. */
  restore(segments: Iterable<Uint8Array>): void {
    for (const segment of segments) {
      const { beside, delta } = decodeSegment(segment);
      const bytes = memoryBytesAfter(delta);
      const growth = bytes - this.#live.buffer.byteLength;
      if (growth > 0) this.#live.grow(growth / WASM_PAGE_BYTES);
      applyHeapDelta(new Uint8Array(this.#live.buffer, 0, bytes), delta);
      this.#memoryBytes = bytes;
      this.#beside = beside;
    }
    for (const page of this.#findChangedPages()) this.#pages.set(page, this.#livePage(page).slice());
  }

  /** What changed since the last call, which the live memory becomes; null if nothing did. */
  snapshot(beside: Beside): Uint8Array | null {
    const runs: number[] = [];
    for (const page of this.#findChangedPages()) {
      const now = this.#livePage(page);
      const before = this.#pages.get(page);
      addRuns(runs, page * PAGE_WORDS, now, before);
      if (before) before.set(now);
      else this.#pages.set(page, now.slice());
    }
    const live = new Uint8Array(this.#live.buffer);
    if (runs.length === 0 && live.byteLength === this.#memoryBytes) return null;
    this.#memoryBytes = live.byteLength;
    this.#beside = beside;
    return encodeSegment(beside, encodeHeapDelta({ memoryBytes: live.byteLength, runs }, live));
  }

  /**
   * Everything between the base and the last snapshot. What the live memory did since is left out: the next delta is
   * relative to the last snapshot. There must have been one.
   */
  keyframe(): Uint8Array {
    if (!this.#beside) throw new Error('nothing of this heap has been stored');
    const pages = [...this.#pages.keys()].sort((a, b) => a - b);
    const runs = pages.flatMap((page) => [page * PAGE_WORDS, (page + 1) * PAGE_WORDS]);
    const stored = { subarray: (start: number) => this.#pages.get(start / PAGE_BYTES) ?? new Uint8Array(PAGE_BYTES) };
    return encodeSegment(this.#beside, encodeHeapDelta({ memoryBytes: this.#memoryBytes, runs }, stored));
  }

  #findChangedPages(): number[] {
    const pages: number[] = [];
    const end = this.#live.buffer.byteLength / PAGE_BYTES;
    for (let page = this.#next(0, end); page < end; page = this.#next(page + 1, end)) pages.push(page);
    return pages;
  }

  #livePage(page: number): Uint8Array {
    return new Uint8Array(this.#live.buffer, page * PAGE_BYTES, PAGE_BYTES);
  }
}

/** Adds the words of a page that differ from what was stored of it; all of them if nothing was. */
function addRuns(runs: number[], firstWord: number, now: Uint8Array, before: Uint8Array | undefined): void {
  if (!before) {
    addRun(runs, firstWord, firstWord + PAGE_WORDS);
    return;
  }
  const [a, b] = [words(now), words(before)];
  for (let word = 0; word < PAGE_WORDS; word += 1) {
    if (a[word] !== b[word]) addRun(runs, firstWord + word, firstWord + word + 1);
  }
}

function addRun(runs: number[], start: number, end: number): void {
  const previous = runs.at(-1);
  if (previous !== undefined && start - previous <= MERGED_GAP_WORDS) runs[runs.length - 1] = end;
  else runs.push(start, end);
}

function words(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, PAGE_WORDS);
}

function encodeSegment(beside: Beside, delta: Uint8Array): Uint8Array {
  const description = new TextEncoder().encode(JSON.stringify(beside));
  const segment = new Uint8Array(LENGTH_BYTES + description.byteLength + delta.byteLength);
  new DataView(segment.buffer).setUint32(0, description.byteLength, true);
  segment.set(description, LENGTH_BYTES);
  segment.set(delta, LENGTH_BYTES + description.byteLength);
  return segment;
}

function decodeSegment(segment: Uint8Array): { beside: Beside; delta: Uint8Array } {
  if (segment.byteLength < LENGTH_BYTES) throw new HeapDeltaError('the heap segment is truncated');
  const end = LENGTH_BYTES + new DataView(segment.buffer, segment.byteOffset).getUint32(0, true);
  if (end > segment.byteLength) throw new HeapDeltaError('the heap segment is truncated');
  const beside: Beside = JSON.parse(new TextDecoder().decode(segment.subarray(LENGTH_BYTES, end)));
  return { beside, delta: segment.subarray(end) };
}
