/**
 * The one row of `file_state`: the head, and how much it holds. Read from the table each time, so that a transaction
 * rolled back by its caller leaves nothing stale in memory.
 */

import type { Database } from '../database.ts';

/** Counts of the head, or of a difference to it. Bytes for the sizes. */
export interface Usage {
  readonly entries: number;
  readonly sqliteBytes: number;
  readonly largeBytes: number;
  readonly keys: number;
  readonly valueBytes: number;
}

export const noUsage: Usage = { entries: 0, sqliteBytes: 0, largeBytes: 0, keys: 0, valueBytes: 0 };

/** The last revision that changed a file or key; 0 before the first. */
export function headOf(db: Database): number {
  return db.all<{ head: number }>('SELECT head FROM file_state')[0]?.head ?? 0;
}

export function usageOf(db: Database): Usage {
  const query = `SELECT entries, sqlite_bytes AS sqliteBytes, large_bytes AS largeBytes, keys, value_bytes AS valueBytes
    FROM file_state`;
  return db.all<Usage>(query)[0] ?? noUsage;
}

/** See `file_state`. */
export interface Marks {
  readonly swept: number;
  readonly nextFile: number;
}

export function marksOf(db: Database): Marks {
  const [marks] = db.all<Marks>('SELECT swept, next_file AS nextFile FROM file_state');
  if (!marks) throw new Error('The tables of the file store are missing: call createFileTables first.');
  return marks;
}

/** Moves the head to `revision`, whose commit changed what the head holds by `change`. */
export function advanceHead(db: Database, revision: number, change: Usage, marks: Marks): void {
  db.run(
    `UPDATE file_state SET head = ?, swept = ?, next_file = ?, entries = entries + ?, sqlite_bytes = sqlite_bytes + ?,
      large_bytes = large_bytes + ?, keys = keys + ?, value_bytes = value_bytes + ?`,
    revision,
    marks.swept,
    marks.nextFile,
    change.entries,
    change.sqliteBytes,
    change.largeBytes,
    change.keys,
    change.valueBytes,
  );
}

/** Moves the head to `revision` and counts anew what it holds. */
export function recountHead(db: Database, revision: number): void {
  db.run(
    `UPDATE file_state SET head = ?,
      entries = (SELECT count(*) FROM file_entry WHERE died IS NULL),
      sqlite_bytes = (SELECT ifnull(sum(size), 0) FROM file_entry WHERE died IS NULL AND file IS NOT NULL),
      large_bytes = (SELECT ifnull(sum(size), 0) FROM file_entry WHERE died IS NULL AND r2_key IS NOT NULL),
      keys = (SELECT count(*) FROM kv_entry WHERE died IS NULL),
      value_bytes = (SELECT ifnull(sum(size), 0) FROM kv_entry WHERE died IS NULL)`,
    revision,
  );
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    entries: a.entries + b.entries,
    sqliteBytes: a.sqliteBytes + b.sqliteBytes,
    largeBytes: a.largeBytes + b.largeBytes,
    keys: a.keys + b.keys,
    valueBytes: a.valueBytes + b.valueBytes,
  };
}
