/**
 * One writer's blobs: written ahead of the commit, seen by this writer alone until rows refer to them.
 *
 * Small changes gather in a buffer of `writeBufferBytes`, so that a thousand appends to a file are a few row writes.
 */

import type { Database } from '../database.ts';
import { writeBufferBytes } from './limits.ts';
import { blobBytes } from './rows.ts';

const unreferenced = `NOT EXISTS (SELECT 1 FROM file_chunk WHERE blob = id)
  AND NOT EXISTS (SELECT 1 FROM kv_entry WHERE blob = id)`;

/** Hands out ids, each only once while the store is open. */
export interface Ids {
  next: number;
}

/** Drops what writers left behind whose process ended. `swept`: see `file_state`. */
export function dropUnreferencedBlobs(db: Database, swept: number): void {
  db.run(`DELETE FROM blob WHERE id >= ? AND ${unreferenced}`, swept);
}

/** The highest id of a stored blob; 0 if there is none. */
export function highestBlob(db: Database): number {
  return db.all<{ id: number }>('SELECT ifnull(max(id), 0) AS id FROM blob')[0]?.id ?? 0;
}

export function dropBlobIfUnreferenced(db: Database, id: number): void {
  db.run(`DELETE FROM blob WHERE id = ? AND ${unreferenced}`, id);
}

/** See `FileStore.formerBytes`. */
export function formerBytes(db: Database, revision: number): number {
  const sql = `SELECT ifnull(sum(length(bytes)), 0) AS bytes FROM blob
    WHERE id IN (SELECT blob FROM file_chunk WHERE died > ?1 UNION SELECT blob FROM kv_entry WHERE died > ?1)
    AND NOT EXISTS (SELECT 1 FROM file_chunk WHERE blob = id AND died IS NULL)
    AND NOT EXISTS (SELECT 1 FROM kv_entry WHERE blob = id AND died IS NULL)`;
  return db.all<{ bytes: number }>(sql, revision)[0]?.bytes ?? 0;
}

/** See `FileStore.formerLargeBytes`. */
export function formerLargeBytes(db: Database, revision: number): number {
  const sql = `SELECT ifnull(sum(size), 0) AS bytes FROM (
      SELECT r2_key, max(size) AS size FROM file_entry WHERE r2_key IS NOT NULL AND died > ? GROUP BY r2_key) AS former
    WHERE NOT EXISTS (SELECT 1 FROM file_entry AS live WHERE live.r2_key = former.r2_key AND live.died IS NULL)`;
  return db.all<{ bytes: number }>(sql, revision)[0]?.bytes ?? 0;
}

export class BlobWriter {
  readonly #db: Database;
  readonly #ids: Ids;
  /** Blobs of this writer that exactly one of its chunks or keys uses: they may change in place. */
  readonly #own = new Set<number>();
  /** Blobs of this writer that a copy shares. */
  readonly #shared = new Set<number>();
  readonly #unwritten = new Map<number, Uint8Array>();
  #unwrittenBytes = 0;
  #oldest = Number.POSITIVE_INFINITY;

  constructor(db: Database, ids: Ids) {
    this.#db = db;
    this.#ids = ids;
  }

  /** The smallest id of this writer's blobs; infinity before the first. */
  get oldest(): number {
    return this.#oldest;
  }

  read(id: number): Uint8Array {
    return this.#unwritten.get(id) ?? blobBytes(this.#db, id);
  }

  /** The id of a blob with these bytes: `id` itself if it is this writer's own. The bytes are not copied. */
  put(id: number | null, bytes: Uint8Array): number {
    const target = id !== null && this.#own.has(id) ? id : this.#allocate();
    this.#unwrittenBytes += bytes.length - (this.#unwritten.get(target)?.length ?? 0);
    this.#unwritten.set(target, bytes);
    if (this.#unwrittenBytes > writeBufferBytes) this.flush();
    return target;
  }

  /** Overwrites or extends from `start` (a gap is zeros), as `put` does. */
  patch(id: number | null, start: number, piece: Uint8Array): number {
    const old = id === null ? new Uint8Array() : this.read(id);
    const end = start + piece.length;
    if (id !== null && this.#unwritten.has(id) && this.#own.has(id) && old.length >= end) {
      old.set(piece, start);
      return id;
    }
    const bytes = new Uint8Array(Math.max(old.length, end));
    bytes.set(old);
    bytes.set(piece, start);
    return this.put(id, bytes);
  }

  /** The caller uses the blob no more. */
  release(id: number): void {
    if (!this.#own.delete(id)) return;
    this.#forgetUnwritten(id);
    this.#db.run('DELETE FROM blob WHERE id = ?', id);
  }

  /** The caller uses the blob twice from now on, so that it must not change any more. */
  share(id: number): void {
    if (this.#own.delete(id)) this.#shared.add(id);
  }

  flush(): void {
    for (const [id, bytes] of this.#unwritten) {
      this.#db.run('INSERT OR REPLACE INTO blob (id, bytes) VALUES (?, ?)', id, bytes);
    }
    this.#unwritten.clear();
    this.#unwrittenBytes = 0;
  }

  /** After a commit: drops shared blobs of which no sharer was left. */
  dropUnused(): void {
    for (const id of this.#shared) dropBlobIfUnreferenced(this.#db, id);
  }

  /** Drops everything that no committed row refers to. */
  discard(): void {
    for (const id of this.#own) dropBlobIfUnreferenced(this.#db, id);
    this.dropUnused();
    this.#own.clear();
    this.#shared.clear();
    this.#unwritten.clear();
    this.#unwrittenBytes = 0;
  }

  #allocate(): number {
    const id = this.#ids.next++;
    this.#oldest = Math.min(this.#oldest, id);
    this.#own.add(id);
    return id;
  }

  #forgetUnwritten(id: number): void {
    this.#unwrittenBytes -= this.#unwritten.get(id)?.length ?? 0;
    this.#unwritten.delete(id);
  }
}
