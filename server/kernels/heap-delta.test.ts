/** Heap deltas: applying what was encoded gives the state back, and bytes that are no delta never do harm. */

import { Buffer } from 'node:buffer';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyHeapDelta, copyHeapChanges, encodeHeapDelta, findHeapChanges, MAX_HEAP_BYTES } from './heap-delta.ts';
import { BLOCK_BYTES, HeapDeltaError } from './heap-packing.ts';

const PAGE = 65_536;

function delta(earlier: Uint8Array, live: Uint8Array, from = 0): Uint8Array | null {
  const changes = findHeapChanges(earlier, live, [{ start: from, end: live.byteLength }]);
  return changes && encodeHeapDelta(changes, live);
}

/** A memory of one or two pages, and what a guest did to it: it wrote some bytes, and may have grown by a page. */
const history = fc.record({
  seed: fc.integer(),
  pages: fc.integer({ min: 1, max: 2 }),
  growth: fc.integer({ min: 0, max: 1 }),
  writes: fc.array(
    fc.record({ at: fc.nat({ max: 3 * PAGE - 1 }), bytes: fc.uint8Array({ minLength: 1, maxLength: 3_000 }) }),
    { maxLength: 12 },
  ),
});

function play({ seed, pages, growth, writes }: typeof history extends fc.Arbitrary<infer T> ? T : never) {
  const earlier = new Uint8Array(pages * PAGE).map((_, index) => (index * seed) >> 3);
  const live = new Uint8Array((pages + growth) * PAGE);
  live.set(earlier);
  for (const { at, bytes } of writes) {
    const start = at % live.byteLength;
    live.set(bytes.subarray(0, live.byteLength - start), start);
  }
  return { earlier, live };
}

describe('heap deltas', () => {
  it('give back the state they were made from', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { earlier, live } = play(steps);
        const encoded = delta(earlier, live);
        const result = encoded ? applyHeapDelta(earlier.slice(), encoded) : earlier;
        expect(Buffer.compare(result, live)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('copy the same changes that they encode', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { earlier, live } = play(steps);
        const changes = findHeapChanges(earlier, live, [{ start: 0, end: live.byteLength }]);
        const copied = changes ? copyHeapChanges(changes, live, earlier) : earlier;
        expect(Buffer.compare(copied, live)).toBe(0);
        expect(findHeapChanges(copied, live, [{ start: 0, end: live.byteLength }])).toBeNull();
      }),
    );
  });

  it('of more than a block give back the state, also when one run is longer than a block', () => {
    const earlier = new Uint8Array(PAGE);
    const live = new Uint8Array(20 * PAGE).map((_, index) => (index < 10 * PAGE ? index % 251 : (index % 113) - 100));
    const encoded = delta(earlier, live) ?? new Uint8Array();
    expect(live.byteLength).toBeGreaterThan(4 * BLOCK_BYTES);
    expect(encoded.byteLength).toBeLessThan(live.byteLength / 2);
    expect(Buffer.compare(applyHeapDelta(earlier, encoded), live)).toBe(0);
    for (const cut of [1, 7, 8, 9]) {
      expect(() => applyHeapDelta(earlier, encoded.subarray(0, -cut))).toThrow(HeapDeltaError);
    }
  });

  it('packed as a whole are read', () => {
    const live = new Uint8Array(PAGE).fill(1, PAGE / 2);
    const plain = delta(new Uint8Array(PAGE), live) ?? new Uint8Array();
    const header = Uint8Array.from([1, 1, ...plain.subarray(2, 8), 0, 0, 0, 0]);
    const runs = Uint8Array.from([0x80, 0x40, 0x80, 0x40, ...live.subarray(PAGE / 2)]);
    new DataView(header.buffer).setUint32(8, runs.byteLength, true);
    const whole = Uint8Array.from([...header, ...deflateRawSync(runs, { level: 1 })]);
    expect(Buffer.compare(applyHeapDelta(new Uint8Array(PAGE), whole), live)).toBe(0);
  });

  it('are null when nothing changed', () => {
    const memory = new Uint8Array(PAGE).fill(7);
    expect(delta(memory, memory.slice())).toBeNull();
  });

  it('record growth alone', () => {
    const encoded = delta(new Uint8Array(PAGE), new Uint8Array(2 * PAGE));
    expect(encoded).not.toBeNull();
    expect(applyHeapDelta(new Uint8Array(PAGE), encoded ?? new Uint8Array())).toHaveLength(2 * PAGE);
  });

  it('leave out what lies below the given address', () => {
    const live = new Uint8Array(PAGE);
    live[100] = 1;
    expect(delta(new Uint8Array(PAGE), live, 4_096)).toBeNull();
    live[4_096] = 2;
    const encoded = delta(new Uint8Array(PAGE), live, 4_096);
    expect(applyHeapDelta(new Uint8Array(PAGE), encoded ?? new Uint8Array()).indexOf(1)).toBe(-1);
  });

  it('cost a few bytes for a few changed words', () => {
    const live = new Uint8Array(PAGE);
    for (const word of [5, 6, 9, 2_000]) live[word * 4] = 1;
    expect(delta(new Uint8Array(PAGE), live)?.byteLength).toBeLessThan(50);
  });

  it('with any byte changed are applied within bounds or refused', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.integer({ min: 1, max: 255 }), (steps, at, change) => {
        const { earlier, live } = play(steps);
        const encoded = delta(earlier, live);
        if (!encoded) return;
        const index = at % encoded.byteLength;
        encoded[index] = (encoded[index] ?? 0) ^ change;
        expectResultOrRefusal(() => applyHeapDelta(earlier, encoded));
      }),
    );
  });

  it('made of random bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectResultOrRefusal(() => applyHeapDelta(new Uint8Array(PAGE), bytes));
      }),
    );
  });

  it.each([
    ['a version of the future', (header: DataView) => header.setUint8(0, 2)],
    ['an unknown packing', (header: DataView) => header.setUint8(1, 3)],
    ['a size that is no multiple of a page', (header: DataView) => header.setUint32(4, PAGE + 4, true)],
    ['a smaller size', (header: DataView) => header.setUint32(4, 0, true)],
    ['a size beyond the limit', (header: DataView) => header.setUint32(4, MAX_HEAP_BYTES + PAGE, true)],
    ['a wrong length', (header: DataView) => header.setUint32(8, 1, true)],
  ])('with %s are refused', (_name, corrupt) => {
    const live = new Uint8Array(PAGE);
    live[0] = 1;
    const encoded = delta(new Uint8Array(PAGE), live) ?? new Uint8Array();
    corrupt(new DataView(encoded.buffer));
    expect(() => applyHeapDelta(new Uint8Array(PAGE), encoded)).toThrow(HeapDeltaError);
  });

  it('cannot write beyond the end', () => {
    const header = [1, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0];
    const lastWord = Uint8Array.from([...header, 0xff, 0x7f, 1, 1, 2, 3, 4]);
    lastWord[8] = 7;
    expect(applyHeapDelta(new Uint8Array(PAGE), lastWord).subarray(-4)).toEqual(Uint8Array.from([1, 2, 3, 4]));
    const oneBeyond = Uint8Array.from([...header, 0x80, 0x80, 1, 1, 1, 2, 3, 4]);
    expect(() => applyHeapDelta(new Uint8Array(PAGE), oneBeyond)).toThrow('beyond the memory');
  });
});

function expectResultOrRefusal(action: () => Uint8Array): void {
  let refusal: unknown;
  try {
    expect(action().byteLength % PAGE).toBe(0);
  } catch (error) {
    refusal = error;
  }
  if (refusal !== undefined) expect(refusal).toBeInstanceOf(HeapDeltaError);
}
