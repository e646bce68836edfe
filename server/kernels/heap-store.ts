/**
 * Stored heaps. A heap is what to apply to another heap, down to a keyframe, which applies to the engine's base
 * snapshot. Chains are cut by rewriting their end as a keyframe: the heap keeps its id and its meaning.
 */

import type { Database } from '../database.ts';
import type { StoredHeap } from './kernel.ts';

/** SQLite rows in a Durable Object hold at most 2 MB. */
const ROW_BYTES = 1_900_000;

interface Link {
  readonly id: number;
  readonly base: number | null;
}

function missing(id: number): never {
  throw new Error(`The heap ${id} is not there.`);
}

/** What lies between a heap and its keyframe. */
export interface Chain {
  /** How many deltas. */
  readonly depth: number;
  /** What they take in the store. */
  readonly bytes: number;
}

export class HeapStore {
  readonly #database: Database;
  /** The chain of the heap that was last asked for or stored: chains grow at one end. */
  #known: Chain & { readonly id: number } = { id: -1, depth: 0, bytes: 0 };
  /** The id of the next heap. */
  #next: number;

  constructor(database: Database) {
    this.#database = database;
    const [last] = database.all<{ id: number | null }>(`SELECT MAX(id) AS id FROM heap`);
    this.#next = (last?.id ?? 0) + 1;
  }

  /**
   * Stores `delta` against the heap `base` (null: against the engine's base snapshot). `isPending`: a kernel booted from it
   * has work of its own. Returns the new heap's id.
   */
  append(engine: string, base: number | null, delta: Uint8Array, isPending = false): number {
    const first = delta.subarray(0, ROW_BYTES);
    const below = base === null ? null : this.chain(base);
    const depth = below === null ? 0 : below.depth + 1;
    const id = this.#next++;
    this.#database.run(
      `INSERT INTO heap (id, engine, base, depth, bytes, pending) VALUES (?, ?, ?, ?, ?, ?)`,
      id,
      engine,
      base,
      depth,
      first,
      isPending ? 1 : 0,
    );
    this.#writeParts(id, delta);
    this.#known = { id, depth, bytes: below === null ? 0 : below.bytes + delta.length };
    return id;
  }

  /** Makes the heap `id` a keyframe: `keyframe` is its whole content against the engine's base snapshot. */
  rewrite(id: number, keyframe: Uint8Array): void {
    this.#database.run(`DELETE FROM heap_part WHERE heap = ?`, id);
    this.#database.run(
      `UPDATE heap SET base = NULL, depth = 0, bytes = ? WHERE id = ?`,
      keyframe.subarray(0, ROW_BYTES),
      id,
    );
    this.#writeParts(id, keyframe);
    this.#known = { id, depth: 0, bytes: 0 };
  }

  /** Whether a kernel booted from the heap has work of its own. */
  isPending(id: number): boolean {
    return this.#database.all<{ pending: number }>(`SELECT pending FROM heap WHERE id = ?`, id)[0]?.pending === 1;
  }

  /** The timers of the heap ran on for `milliseconds` more, and none was due. */
  ranOn(id: number, milliseconds: number): void {
    this.#database.run(`UPDATE heap SET ran = ran + ? WHERE id = ?`, milliseconds, id);
  }

  /** What lies between this heap and its keyframe. */
  chain(id: number): Chain {
    if (this.#known.id === id) return this.#known;
    const rows = this.#database.all<{ id: number; base: number | null; size: number }>(
      `WITH RECURSIVE below (id, base, size) AS (
         SELECT id, base, LENGTH(bytes) FROM heap WHERE id = ?
         UNION ALL SELECT heap.id, heap.base, LENGTH(heap.bytes) FROM heap JOIN below ON heap.id = below.base)
       SELECT id, base, size FROM below`,
      id,
    );
    if (rows.length === 0) missing(id);
    const deltas = rows.filter(({ base }) => base !== null);
    const parts = deltas.some(({ size }) => size === ROW_BYTES) ? this.#partSizes() : new Map<number, number>();
    const bytes = deltas.reduce((sum, { id, size }) => sum + size + (parts.get(id) ?? 0), 0);
    this.#known = { id, depth: deltas.length, bytes };
    return this.#known;
  }

  /** Bytes that each heap takes, its own segment only, by id. */
  sizes(): ReadonlyMap<number, number> {
    const rows = this.#database.all<{ id: number; size: number }>(`SELECT id, LENGTH(bytes) AS size FROM heap`);
    const sizes = new Map(rows.map(({ id, size }) => [id, size]));
    for (const [heap, size] of this.#partSizes()) sizes.set(heap, (sizes.get(heap) ?? 0) + size);
    return sizes;
  }

  /**
   * What heaps take beyond their first row. Parts are gone through in their order: looking one up reads whole parts,
   * megabytes, to compare their keys.
   */
  #partSizes(): ReadonlyMap<number, number> {
    const rows = this.#database.all<{ heap: number; size: number }>(
      `SELECT heap, SUM(LENGTH(bytes)) AS size FROM heap_part GROUP BY heap`,
    );
    return new Map(rows.map(({ heap, size }) => [heap, size]));
  }

  /** These heaps and all that they stand on. */
  neededBy(heaps: Iterable<number>): ReadonlySet<number> {
    const bases = new Map(
      this.#database
        .all<{ id: number; base: number | null }>(`SELECT id, base FROM heap`)
        .map(({ id, base }) => [id, base]),
    );
    const needed = new Set<number>();
    for (const heap of heaps) {
      for (let next: number | null = heap; next !== null && !needed.has(next); next = bases.get(next) ?? null)
        needed.add(next);
    }
    return needed;
  }

  /** Deletes every heap that is not in `kept`. */
  keepOnly(kept: ReadonlySet<number>): void {
    for (const { heap } of this.#database.all<{ heap: number }>(`SELECT DISTINCT heap FROM heap_part`)) {
      if (!kept.has(heap)) this.#database.run(`DELETE FROM heap_part WHERE heap = ?`, heap);
    }
    for (const { id } of this.#database.all<{ id: number }>(`SELECT id FROM heap`)) {
      if (!kept.has(id)) this.#database.run(`DELETE FROM heap WHERE id = ?`, id);
    }
  }

  /**
   * The chain that makes up the heap `id`, keyframe first. One delta at a time is read, while they are gone through: where
   * the chain may be cut or pruned before that has ended, take `loadWhole`.
   */
  load(id: number): StoredHeap {
    const chain: Link[] = [];
    for (let next: number | null = id; next !== null; ) {
      const link: Link = this.#link(next);
      chain.unshift(link);
      next = link.base;
    }
    const deltas = { [Symbol.iterator]: () => this.#deltas(chain) };
    const { engine, ran } = this.#head(id);
    return { engine, ran, deltas };
  }

  /** As `load`, with all deltas in memory: they stay what they are, whatever is stored meanwhile. */
  loadWhole(id: number): StoredHeap {
    const { deltas, ...heap } = this.load(id);
    return { ...heap, deltas: [...deltas] };
  }

  #head(id: number): { readonly engine: string; readonly ran: number } {
    const [row] = this.#database.all<{ engine: string; ran: number }>(`SELECT engine, ran FROM heap WHERE id = ?`, id);
    return row ?? missing(id);
  }

  #link(id: number): Link {
    const [link] = this.#database.all<Link>(`SELECT id, base FROM heap WHERE id = ?`, id);
    return link ?? missing(id);
  }

  *#deltas(chain: readonly Link[]): Generator<Uint8Array, void> {
    for (const { id, base } of chain) {
      const sql = `SELECT base, bytes FROM heap WHERE id = ?`;
      const [row] = this.#database.all<{ base: number | null; bytes: Uint8Array }>(sql, id);
      if (row === undefined) missing(id);
      if (row.base !== base) throw new Error(`The heap ${id} was stored anew while it was read.`);
      yield this.#bytes(id, row.bytes);
    }
  }

  #bytes(id: number, first: Uint8Array): Uint8Array {
    if (first.length < ROW_BYTES) return first;
    const parts = this.#database.all<{ bytes: Uint8Array }>(
      `SELECT bytes FROM heap_part WHERE heap = ? ORDER BY part`,
      id,
    );
    const whole = new Uint8Array(first.length + parts.reduce((sum, part) => sum + part.bytes.length, 0));
    let at = 0;
    for (const { bytes } of [{ bytes: first }, ...parts]) {
      whole.set(bytes, at);
      at += bytes.length;
    }
    return whole;
  }

  #writeParts(id: number, bytes: Uint8Array): void {
    for (let part = 1; part * ROW_BYTES < bytes.length; part++) {
      const slice = bytes.subarray(part * ROW_BYTES, (part + 1) * ROW_BYTES);
      this.#database.run(`INSERT INTO heap_part (heap, part, bytes) VALUES (?, ?, ?)`, id, part, slice);
    }
  }
}
