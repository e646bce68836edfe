/** A stored heap follows the live memory, wherever something is written, if that is marked. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import memoryComparer from '../../../dist/javascript/memory-comparer.wasm';
import { applyHeapDelta } from '../heap-delta.ts';
import { StoredHeapState } from './stored-heap.ts';
import { markWritten } from './write-marks.ts';
import { MARKS_END } from './write-marks-layout.ts';

const PAGE = 65_536;
const TIME_BYTES = 8;
/** Of a page, what lies behind the marks. */
const HEAP = PAGE - MARKS_END;

function write(live: Uint8Array, at: number, value: number): void {
  live[at] = value;
  markWritten(live, at, 1);
}

describe('a stored heap', () => {
  it('follows a live memory through writes and growth, and its keyframe is the sum of its deltas', () => {
    const step = fc.record({
      writes: fc.array(fc.tuple(fc.nat({ max: 3 * PAGE }), fc.integer({ min: 0, max: 255 })), { maxLength: 20 }),
      growth: fc.integer({ min: 0, max: 1 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), (steps) => {
        const base = new Uint8Array(PAGE).map((_, index) => (index < MARKS_END ? 0 : index * 7));
        const live = new WebAssembly.Memory({ initial: 1 });
        new Uint8Array(live.buffer).set(base);
        const heap = new StoredHeapState(base, MARKS_END, [], memoryComparer);
        let replayed: Uint8Array = base.slice();
        for (const { writes, growth } of steps) {
          if (growth > 0) live.grow(growth);
          const bytes = new Uint8Array(live.buffer);
          for (const [at, value] of writes) write(bytes, MARKS_END + (at % (bytes.length - MARKS_END)), value);
          const segment = heap.snapshot(live, 1);
          if (segment !== null) replayed = applyHeapDelta(replayed, segment.subarray(TIME_BYTES));
        }
        const end = new Uint8Array(live.buffer);
        expect(isSame(heap.stored, end)).toBe(true);
        expect(isSame(replayed, end)).toBe(true);
        expect(isSame(applyHeapDelta(base.slice(), heap.keyframe().subarray(TIME_BYTES)), end)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('notices a change of any single byte of a step', () => {
    const base = new Uint8Array(PAGE);
    const live = new WebAssembly.Memory({ initial: 1 });
    const heap = new StoredHeapState(base, MARKS_END, [], memoryComparer);
    const bytes = new Uint8Array(live.buffer);
    for (const at of [...Array(64).keys(), HEAP - 64, HEAP - 1].map((offset) => MARKS_END + offset)) {
      write(bytes, at, (bytes[at] ?? 0) ^ 1);
      expect(heap.snapshot(live, 1), `byte ${at}`).not.toBeNull();
      expect(heap.snapshot(live, 1), `byte ${at}`).toBeNull();
    }
  });
});

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
