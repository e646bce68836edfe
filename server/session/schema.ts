/** The tables of a session and the one place where their version is decided. */

import type { Database } from '../database.ts';
import { createFileTables } from '../files/schema.ts';

/** Raised with each change of the tables; `migrate` brings an older store up to it. */
const SCHEMA_VERSION = 1;

const TABLES: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  // The log: whole frames, as they are sent. A closed segment knows its size; the last one is still open.
  `CREATE TABLE log (seq INTEGER PRIMARY KEY, frames BLOB NOT NULL) STRICT`,
  `CREATE TABLE log_segment (first INTEGER PRIMARY KEY, bytes INTEGER) STRICT`,
  // What clients asked for. `open` is 1 until its end is in the log.
  `CREATE TABLE input (
     number INTEGER PRIMARY KEY, client TEXT NOT NULL, request INTEGER NOT NULL,
     language TEXT NOT NULL, code TEXT NOT NULL, open INTEGER NOT NULL,
     UNIQUE (client, request)) STRICT`,
  // An open input may be any: one that runs long outlives thousands that were called off while they waited.
  `CREATE INDEX input_open ON input (number) WHERE open = 1`,
  `CREATE TABLE program (
     number INTEGER PRIMARY KEY, client TEXT NOT NULL, request INTEGER NOT NULL,
     entry TEXT NOT NULL, started_at INTEGER NOT NULL, open INTEGER NOT NULL,
     UNIQUE (client, request)) STRICT`,
  `CREATE INDEX program_open ON program (number) WHERE open = 1`,
  // A committed state: where it came from, what it restored, and the heap of each kernel in it.
  `CREATE TABLE revision (
     number INTEGER PRIMARY KEY, parent INTEGER, restored INTEGER, cause TEXT NOT NULL, cause_number INTEGER,
     at INTEGER NOT NULL, milliseconds REAL, javascript INTEGER, python INTEGER) STRICT`,
  `CREATE TABLE checkpoint (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  // A heap: what to apply to the heap `base`, or to the engine's base snapshot where `base` is null (a keyframe).
  `CREATE TABLE heap (
     id INTEGER PRIMARY KEY, engine TEXT NOT NULL, base INTEGER, depth INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT`,
  // The rest of a heap whose bytes do not fit one row.
  `CREATE TABLE heap_part (
     heap INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (heap, part)) STRICT, WITHOUT ROWID`,
  // Work that the alarm does: when each job is next due, in milliseconds since the epoch.
  `CREATE TABLE job (name TEXT PRIMARY KEY, due INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
];

/**
 * Makes the tables of a new store, or checks those of an existing one.
 * Throws if the store was written by a newer version: this one must not touch it.
 */
export function migrate(database: Database): void {
  database.transaction(() => {
    const version = schemaVersion(database);
    if (version > SCHEMA_VERSION) {
      throw new Error(
        `This session was written by a newer server (schema ${version}, this one knows ${SCHEMA_VERSION}). Upgrade the server.`,
      );
    }
    if (version === SCHEMA_VERSION) return;
    for (const statement of TABLES) database.run(statement);
    createFileTables(database);
    database.run(`INSERT INTO meta (key, value) VALUES ('schema', ?)`, String(SCHEMA_VERSION));
  });
}

function schemaVersion(database: Database): number {
  const [table] = database.all<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'`,
  );
  if (table === undefined) return 0;
  return Number(readMeta(database, 'schema') ?? 0);
}

export type MetaKey = 'schema' | 'epoch' | 'registered';

export function readMeta(database: Database, key: MetaKey): string | null {
  const [row] = database.all<{ value: string }>(`SELECT value FROM meta WHERE key = ?`, key);
  return row?.value ?? null;
}

export function writeMeta(database: Database, key: MetaKey, value: string): void {
  database.run(
    `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    key,
    value,
  );
}
