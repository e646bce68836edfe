/**
 * The heap of one kernel as it is stored: what changed since the last snapshot, and all that changed since the base.
 *
 * A stored segment is the time it was taken (f64, milliseconds since the epoch, little endian) and a heap delta.
 */

import {
  applyHeapDelta,
  copyHeapChanges,
  encodeHeapDelta,
  findHeapChanges,
  type HeapChanges,
  memoryBytesAfter,
  type NextDifference,
} from '../heap-delta.ts';
import { HeapDeltaError } from '../heap-packing.ts';
import { clearMarks, markedStretches } from './write-marks.ts';

const TIME_BYTES = 8;
const WASM_PAGE_BYTES = 65_536;

export class StoredHeapState {
  readonly #base: Uint8Array;
  /** Where dead stack ends: below it nothing is compared or stored. */
  readonly #from: number;
  readonly #comparer: WebAssembly.Module;
  /** The memory as of the last snapshot: a Wasm memory, so that Wasm can compare it with the live one. */
  readonly #stored: WebAssembly.Memory;
  #takenAt: number | null;
  #compared: { readonly live: WebAssembly.Memory; readonly next: NextDifference } | null = null;

  /** Applies `segments` to the base. Throws `HeapDeltaError` if they do not fit. */
  constructor(base: Uint8Array, from: number, segments: Iterable<Uint8Array>, comparer: WebAssembly.Module) {
    this.#base = base;
    this.#from = from;
    this.#comparer = comparer;
    this.#stored = new WebAssembly.Memory({ initial: base.byteLength / WASM_PAGE_BYTES });
    this.stored.set(base);
    this.#takenAt = null;
    for (const segment of segments) {
      if (segment.byteLength < TIME_BYTES) throw new HeapDeltaError('the heap segment is truncated');
      this.#takenAt = new DataView(segment.buffer, segment.byteOffset).getFloat64(0, true);
      const delta = segment.subarray(TIME_BYTES);
      this.#growTo(memoryBytesAfter(delta));
      applyHeapDelta(this.stored, delta);
    }
  }

  /** When the last segment was taken, in milliseconds since the epoch; null for a heap that has none. */
  get takenAt(): number | null {
    return this.#takenAt;
  }

  /** The memory as of the last snapshot. Not to be written to. */
  get stored(): Uint8Array {
    return new Uint8Array(this.#stored.buffer);
  }

  /** What changed since the last call, which `live` becomes; null if nothing did. */
  snapshot(live: WebAssembly.Memory, now: number): Uint8Array | null {
    const bytes = new Uint8Array(live.buffer);
    const stretches = markedStretches(bytes, this.#from);
    clearMarks(bytes);
    const changes = findHeapChanges(this.stored, bytes, stretches, this.#compareWith(live));
    if (!changes) return null;
    const segment = encodeSegment(changes, bytes, now);
    this.#growTo(bytes.byteLength);
    copyHeapChanges(changes, bytes, this.stored);
    this.#takenAt = now;
    return segment;
  }

  /**
   * Everything between the base and the last snapshot. What the live memory did since is left out: the next delta is
   * relative to the last snapshot.
   */
  keyframe(): Uint8Array {
    const { stored } = this;
    const all = [{ start: this.#from, end: stored.byteLength }];
    const changes = findHeapChanges(this.#base, stored, all) ?? { memoryBytes: stored.byteLength, runs: [] };
    return encodeSegment(changes, stored, this.#takenAt ?? 0);
  }

  #growTo(bytes: number): void {
    const growth = bytes - this.#stored.buffer.byteLength;
    if (growth > 0) this.#stored.grow(growth / WASM_PAGE_BYTES);
  }

  #compareWith(live: WebAssembly.Memory): NextDifference {
    if (this.#compared?.live !== live) {
      const { exports } = new WebAssembly.Instance(this.#comparer, { memory: { stored: this.#stored, live } });
      this.#compared = { live, next: exports.next as NextDifference };
    }
    return this.#compared.next;
  }
}

function encodeSegment(changes: HeapChanges, live: Uint8Array, now: number): Uint8Array {
  const delta = encodeHeapDelta(changes, live);
  const segment = new Uint8Array(TIME_BYTES + delta.byteLength);
  new DataView(segment.buffer).setFloat64(0, now, true);
  segment.set(delta, TIME_BYTES);
  return segment;
}
