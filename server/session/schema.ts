/** The tables of a session and the one place where their version is decided. */

import { ProtocolError } from '../../protocol/errors.ts';
import type { Database } from '../database.ts';
import { createFileTables } from '../files/schema.ts';
import { createUploadTables } from '../files/upload-rows.ts';
import { createHolderTable } from './preview-holders.ts';
import { createPreviewTable } from './preview-rows.ts';

const FIRST_TABLES: readonly string[] = [
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

/** Where revisions come from, what heaps have to do by themselves, and the way to revisions that are no longer kept. */
const ORIGINS: readonly string[] = [
  // Sessions older than checkpoints lack the table.
  `CREATE TABLE IF NOT EXISTS checkpoint (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  // How a revision that restores another came about, the checkpoint it was named by, and the terminal that asked for it.
  `ALTER TABLE revision ADD COLUMN how TEXT`,
  `ALTER TABLE revision ADD COLUMN checkpoint TEXT`,
  `ALTER TABLE revision ADD COLUMN terminal TEXT`,
  // Whether a kernel booted from the heap has work of its own to do: of the heaps of before, nobody noted it.
  `ALTER TABLE heap ADD COLUMN pending INTEGER NOT NULL DEFAULT 1`,
  // Milliseconds that its timers ran on for after it was taken, without a commit.
  `ALTER TABLE heap ADD COLUMN ran REAL NOT NULL DEFAULT 0`,
  // Revisions that are gone: the one whose state each went on from, and its input.
  `CREATE TABLE past (number INTEGER PRIMARY KEY, before INTEGER, input INTEGER) STRICT`,
];

/** What the guests of the session asked of the network. */
const EGRESS = `CREATE TABLE egress (
     id INTEGER PRIMARY KEY, at INTEGER NOT NULL, cause TEXT NOT NULL, cause_number INTEGER NOT NULL,
     method TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL, status INTEGER, refusal TEXT) STRICT`;

/** Brings the tables from one version to the next: the first step makes version 1 of nothing. A step never changes. */
export const STEPS: readonly ((database: Database) => void)[] = [
  (database) => {
    for (const statement of FIRST_TABLES) database.run(statement);
    createFileTables(database);
  },
  (database) => {
    for (const statement of ORIGINS) database.run(statement);
  },
  (database) => database.run(EGRESS),
  createPreviewTable,
  createUploadTables,
  createHolderTable,
];

/**
 * Makes the tables of a new store, or brings those of an older one up to date, in one transaction.
 * Throws `ProtocolError` UPGRADE if the store was written by a newer version: this one must not touch it. `steps`: those
 * of the version that it is brought to.
 */
export function migrate(database: Database, steps = STEPS): void {
  database.transaction(() => {
    const version = schemaVersion(database);
    if (version > steps.length) {
      throw new ProtocolError(
        'UPGRADE',
        `This session was written by a newer server (schema ${version}, this one knows ${steps.length}). Upgrade the server.`,
      );
    }
    if (version === steps.length) return;
    for (const step of steps.slice(version)) step(database);
    writeMeta(database, 'schema', String(steps.length));
  });
}

function schemaVersion(database: Database): number {
  const [table] = database.all<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'`,
  );
  if (table === undefined) return 0;
  return Number(readMeta(database, 'schema') ?? 0);
}

export type MetaKey = 'schema' | 'epoch' | 'registered' | 'network' | 'toldOfPrograms';

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
