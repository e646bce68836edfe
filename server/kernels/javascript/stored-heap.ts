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
  HeapDeltaError,
} from '../heap-delta.ts';

const TIME_BYTES = 8;

export class StoredHeapState {
  readonly #base: Uint8Array;
  /** Where dead stack ends: below it nothing is compared or stored. */
  readonly #from: number;
  /** The memory as of the last snapshot. */
  #stored: Uint8Array;
  #takenAt: number | null;

  /** Applies `segments` to the base. Throws `HeapDeltaError` if they do not fit. */
  constructor(base: Uint8Array, from: number, segments: Iterable<Uint8Array>) {
    this.#base = base;
    this.#from = from;
    let memory: Uint8Array = base.slice();
    let takenAt: number | null = null;
    for (const segment of segments) {
      if (segment.byteLength < TIME_BYTES) throw new HeapDeltaError('the heap segment is truncated');
      takenAt = new DataView(segment.buffer, segment.byteOffset).getFloat64(0, true);
      memory = applyHeapDelta(memory, segment.subarray(TIME_BYTES));
    }
    this.#stored = memory;
    this.#takenAt = takenAt;
  }

  /** When the last segment was taken, in milliseconds since the epoch; null for a heap that has none. */
  get takenAt(): number | null {
    return this.#takenAt;
  }

  /** The memory as of the last snapshot. Not to be written to. */
  get stored(): Uint8Array {
    return this.#stored;
  }

  /** What changed since the last call, which `live` becomes; null if nothing did. */
  snapshot(live: Uint8Array, now: number): Uint8Array | null {
    const changes = findHeapChanges(this.#stored, live, this.#from);
    if (!changes) return null;
    const segment = encodeSegment(changes, live, now);
    this.#stored = copyHeapChanges(changes, live, this.#stored);
    this.#takenAt = now;
    return segment;
  }

  /**
   * Everything between the base and the last snapshot. What the live memory did since is left out: the next delta is
   * relative to the last snapshot.
   */
  keyframe(): Uint8Array {
    const { byteLength: memoryBytes } = this.#stored;
    const changes = findHeapChanges(this.#base, this.#stored, this.#from) ?? { memoryBytes, runs: [] };
    return encodeSegment(changes, this.#stored, this.#takenAt ?? 0);
  }
}

function encodeSegment(changes: HeapChanges, live: Uint8Array, now: number): Uint8Array {
  const delta = encodeHeapDelta(changes, live);
  const segment = new Uint8Array(TIME_BYTES + delta.byteLength);
  new DataView(segment.buffer).setFloat64(0, now, true);
  segment.set(delta, TIME_BYTES);
  return segment;
}
