/** Stored heaps: chains, heaps larger than a row, rewritten ends. */

import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import type { Database } from '../database.ts';
import { migrate } from '../session/schema.ts';
import { HeapStore } from './heap-store.ts';

const ROW = 1_900_000;

let database: Database;
let heaps: HeapStore;

beforeEach(async () => {
  database = await makeMemoryDatabase();
  migrate(database);
  heaps = new HeapStore(database);
});

/** Bytes that differ from place to place. */
function bytes(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 7 + (at >> 8)) & 0xff);
}

function load(id: number): Uint8Array[] {
  return [...heaps.load(id).deltas];
}

describe('a heap', () => {
  it('is its chain of deltas, keyframe first', () => {
    const first = heaps.append('engine', null, bytes(10, 1));
    const second = heaps.append('engine', first, bytes(20, 2));
    const branch = heaps.append('engine', first, bytes(5, 4));
    const third = heaps.append('engine', second, bytes(0));
    expect(load(third)).toEqual([bytes(10, 1), bytes(20, 2), bytes(0)]);
    expect(load(branch)).toEqual([bytes(10, 1), bytes(5, 4)]);
    expect(heaps.load(third).engine).toBe('engine');
    expect([first, second, branch, third].map((id) => heaps.chain(id).depth)).toEqual([0, 1, 1, 2]);
    const reopened = new HeapStore(database);
    expect([third, first].map((id) => reopened.chain(id).depth)).toEqual([2, 0]);
  });

  it('knows what its deltas take, from memory and from the store', () => {
    const first = heaps.append('engine', null, bytes(1000));
    const second = heaps.append('engine', first, bytes(20));
    const third = heaps.append('engine', second, bytes(5));
    expect([third, first, second].map((id) => heaps.chain(id).bytes)).toEqual([25, 0, 20]);
    expect(new HeapStore(database).chain(third)).toMatchObject({ depth: 2, bytes: 25 });
    const large = heaps.append('engine', third, bytes(ROW + 1));
    for (const store of [heaps, new HeapStore(database)]) {
      expect(store.chain(large)).toMatchObject({ depth: 3, bytes: 25 + ROW + 1 });
    }
    heaps.rewrite(third, bytes(2000));
    expect(heaps.chain(third)).toMatchObject({ depth: 0, bytes: 0 });
  });

  it.each([ROW - 1, ROW, ROW + 1, 2 * ROW, 2 * ROW + 1])('of %i bytes comes back whole, in rows that fit', (length) => {
    const first = heaps.append('engine', null, bytes(length));
    const second = heaps.append('engine', first, bytes(length, 2));
    expect(load(second).map((delta) => Buffer.compare(delta, bytes(length, 1)) === 0)).toEqual([true, false]);
    expect(Buffer.compare(load(second)[1] ?? bytes(0), bytes(length, 2))).toBe(0);
    const rows = database.all<{ n: number }>(
      'SELECT MAX(n) AS n FROM (SELECT LENGTH(bytes) AS n FROM heap UNION ALL SELECT LENGTH(bytes) FROM heap_part)',
    );
    expect(rows[0]?.n).toBeLessThanOrEqual(ROW);
  });

  it('that is rewritten keeps its id, and what stands on it its meaning', () => {
    let last = heaps.append('engine', null, bytes(2 * ROW + 5));
    for (let at = 0; at < 40; at++) last = heaps.append('engine', last, bytes(100, at));
    const next = heaps.append('engine', last, bytes(7, 9));
    heaps.rewrite(last, bytes(3 * ROW, 3));
    expect(heaps.chain(last).depth).toBe(0);
    expect(load(last).map((delta) => delta.length)).toEqual([3 * ROW]);
    expect(load(next).map((delta) => delta.length)).toEqual([3 * ROW, 7]);
    expect(heaps.chain(heaps.append('engine', last, bytes(1))).depth).toBe(1);
    heaps.rewrite(last, bytes(4));
    expect(load(last)).toEqual([bytes(4)]);
  });

  it('that is not there is an error', () => {
    expect(() => heaps.load(1)).toThrow('not there');
    expect(() => heaps.chain(1)).toThrow('heap 1 is not there');
  });

  it('needs what it stands on, and no branch beside it', () => {
    const first = heaps.append('engine', null, bytes(10));
    const branches = [1, 2].map((seed) => heaps.append('engine', first, bytes(ROW + 1, seed)));
    const ends = branches.map((branch) => heaps.append('engine', branch, bytes(3, branch)));
    const [left = 0, right = 0] = ends;
    expect([...heaps.neededBy(ends)].sort()).toEqual([first, ...branches, ...ends].sort());
    expect(heaps.neededBy([])).toEqual(new Set());
    expect([...heaps.sizes().values()]).toEqual([10, ROW + 1, ROW + 1, 3, 3]);
    const before = load(left).map((delta) => delta.length);
    heaps.keepOnly(heaps.neededBy([left]));
    expect(load(left).map((delta) => delta.length)).toEqual(before);
    expect(() => heaps.load(right)).toThrow('not there');
    expect(database.all('SELECT COUNT(*) AS n FROM heap_part')).toEqual([{ n: 1 }]);
    expect(heaps.sizes().size).toBe(3);
    heaps.rewrite(left, bytes(20));
    heaps.keepOnly(heaps.neededBy([left]));
    expect([...heaps.sizes()]).toEqual([[left, 20]]);
    expect(database.all('SELECT COUNT(*) AS n FROM heap_part')).toEqual([{ n: 0 }]);
  });

  it('are read while they are gone through, and refused if they changed meanwhile', () => {
    const first = heaps.append('engine', null, bytes(10, 1));
    const second = heaps.append('engine', first, bytes(20, 2));
    const read = heaps.load(second);
    const whole = heaps.loadWhole(second);
    expect([...read.deltas]).toEqual([bytes(10, 1), bytes(20, 2)]);
    expect([...read.deltas]).toEqual([...whole.deltas]);
    heaps.rewrite(second, bytes(25, 3));
    expect(() => [...read.deltas]).toThrow('stored anew');
    expect([...whole.deltas]).toEqual([bytes(10, 1), bytes(20, 2)]);
    expect(load(second)).toEqual([bytes(25, 3)]);
    heaps.keepOnly(new Set());
    expect(() => [...read.deltas]).toThrow('not there');
  });
});
