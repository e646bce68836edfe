/**
 * R2 keys that no row refers to: what an upload that was never committed wrote, and what retention let go. A key is
 * entered before its upload starts, so that none is forgotten whenever the process ends. One `Orphans` per database.
 */

import type { Database } from '../database.ts';

export class Orphans {
  readonly #db: Database;
  /** Keys that a writer of this process may still commit. */
  readonly #reserved = new Set<string>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Enters a key that is about to be written, and keeps it from being collected until `release`. */
  reserve(key: string): void {
    this.#db.run('INSERT INTO r2_orphan (r2_key) VALUES (?)', key);
    this.#reserved.add(key);
  }

  /** Keeps a key that an earlier process entered from being collected until `release`. */
  hold(key: string): void {
    this.#reserved.add(key);
  }

  /** The writer is done: if it did not commit the key, the key may be collected. */
  release(key: string): void {
    this.#reserved.delete(key);
  }

  /** Up to `limit` keys whose objects may be deleted. */
  collectable(limit: number): string[] {
    const rows = this.#db.all<{ key: string }>('SELECT r2_key AS key FROM r2_orphan');
    return rows.flatMap(({ key }) => (this.#reserved.has(key) ? [] : [key])).slice(0, limit);
  }

  /** Every key of the session, orphans or not. */
  everyKey(): string[] {
    const sql = 'SELECT r2_key AS key FROM r2_orphan UNION SELECT r2_key FROM file_entry WHERE r2_key IS NOT NULL';
    return this.#db.all<{ key: string }>(sql).map(({ key }) => key);
  }

  /** The objects of these keys are gone. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#db.run('DELETE FROM r2_orphan WHERE r2_key = ?', key);
  }
}
