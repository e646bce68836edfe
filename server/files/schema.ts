/**
 * The tables of the revisioned file and key-value store.
 *
 * `file_entry`, `file_chunk` and `kv_entry` hold temporal rows: a row is part of every revision N with
 * `born <= N and (died is null or died > N)`. They are metadata only. The bytes are in `blob`, where rows of any number
 * of revisions refer to them, so that going back to an old revision copies no contents.
 */

import type { Database } from '../database.ts';

/** Creates the tables. Called once, by the session's migration. */
export function createFileTables(db: Database): void {
  for (const statement of statements) db.run(statement);
}

const statements = [
  // A file or directory. A file is stored as chunks (`file`), or as an R2 object (`r2_key`, `sha256`).
  // At every revision at most one path has a given `file`.
  `CREATE TABLE file_entry (
    parent TEXT NOT NULL, name TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER,
    kind TEXT NOT NULL, size INTEGER NOT NULL, modified_at INTEGER NOT NULL,
    file INTEGER, r2_key TEXT, sha256 TEXT,
    PRIMARY KEY (parent, name, born)
  ) STRICT, WITHOUT ROWID`,
  `CREATE UNIQUE INDEX file_entry_head ON file_entry (parent, name) WHERE died IS NULL`,
  `CREATE INDEX file_entry_died ON file_entry (died) WHERE died IS NOT NULL`,
  `CREATE INDEX file_entry_r2_key ON file_entry (r2_key) WHERE r2_key IS NOT NULL`,

  // 64 KiB of a file. No row, or a blob shorter than the chunk, reads as zeros.
  `CREATE TABLE file_chunk (
    file INTEGER NOT NULL, chunk INTEGER NOT NULL, born INTEGER NOT NULL, died INTEGER, blob INTEGER NOT NULL,
    PRIMARY KEY (file, chunk, born)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX file_chunk_blob ON file_chunk (blob)`,
  `CREATE INDEX file_chunk_died ON file_chunk (died) WHERE died IS NOT NULL`,

  `CREATE TABLE kv_entry (
    key TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER, blob INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (key, born)
  ) STRICT, WITHOUT ROWID`,
  `CREATE UNIQUE INDEX kv_entry_head ON kv_entry (key) WHERE died IS NULL`,
  `CREATE INDEX kv_entry_blob ON kv_entry (blob)`,
  `CREATE INDEX kv_entry_died ON kv_entry (died) WHERE died IS NOT NULL`,

  // Contents. Written ahead of the commit that refers to them, dropped at the next start if none did.
  `CREATE TABLE blob (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT`,

  // R2 keys that no row refers to: uploads not committed yet, and what retention let go.
  `CREATE TABLE r2_orphan (r2_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID`,

  // One row: the last revision that changed a file or key, and what the head holds. No blob with an id below `swept`
  // is unreferenced; no file has a number of `next_file` or above.
  `CREATE TABLE file_state (
    id INTEGER PRIMARY KEY CHECK (id = 1), head INTEGER NOT NULL,
    swept INTEGER NOT NULL, next_file INTEGER NOT NULL,
    entries INTEGER NOT NULL, sqlite_bytes INTEGER NOT NULL, large_bytes INTEGER NOT NULL,
    keys INTEGER NOT NULL, value_bytes INTEGER NOT NULL
  ) STRICT`,
  `INSERT INTO file_state VALUES (1, 0, 1, 1, 0, 0, 0, 0, 0)`,
];
