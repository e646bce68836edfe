/** Reading the temporal tables: entries, chunks and keys as of the head or of a revision. */

import type { Database, SqlValue } from '../database.ts';
import { joinPath, splitPath } from './paths.ts';

/** A revision number, or the newest committed state. */
export type Point = number | 'head';

/** Contents in R2. `sha256` is lower-case hexadecimal. */
export interface LargeFile {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
}

export type Entry =
  | { readonly kind: 'directory'; readonly path: string; readonly modifiedAt: number; readonly born: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly modifiedAt: number;
      /** The revision that wrote it. */
      readonly born: number;
      readonly size: number;
      /** A number of `file_chunk.file`, or the R2 object. */
      readonly contents: number | LargeFile;
    };

interface EntryRow {
  readonly parent: string;
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly modified_at: number;
  readonly born: number;
  readonly file: number | null;
  readonly r2_key: string | null;
  readonly sha256: string | null;
}

const columns = 'parent, name, born, kind, size, modified_at, file, r2_key, sha256';

export function entryAt(db: Database, point: Point, path: string): Entry | null {
  const { parent, name } = splitPath(path);
  const { sql, bindings } = aliveAt(point);
  const query = `SELECT ${columns} FROM file_entry WHERE parent = ? AND name = ? AND ${sql}`;
  const [row] = db.all<EntryRow>(query, parent, name, ...bindings);
  return row ? entryOf(row) : null;
}

/** Direct children of a directory, in no particular order. */
export function childrenAt(db: Database, point: Point, directory: string): Entry[] {
  const { sql, bindings } = aliveAt(point);
  const query = `SELECT ${columns} FROM file_entry WHERE parent = ? AND ${sql}`;
  return db.all<EntryRow>(query, directory, ...bindings).map(entryOf);
}

/** Whether a path was born or died after a revision. */
export function changedSince(db: Database, revision: number, path: string): boolean {
  const { parent, name } = splitPath(path);
  const query = 'SELECT 1 FROM file_entry WHERE parent = ? AND name = ? AND (born > ? OR died > ?) LIMIT 1';
  return db.all(query, parent, name, revision, revision).length > 0;
}

/** The blob of one chunk, or null for a hole. */
export function chunkAt(db: Database, point: Point, file: number, chunk: number): number | null {
  const { sql, bindings } = aliveAt(point);
  const query = `SELECT blob FROM file_chunk WHERE file = ? AND chunk = ? AND ${sql}`;
  const [row] = db.all<{ blob: number }>(query, file, chunk, ...bindings);
  return row ? row.blob : null;
}

/** All chunks of a file: number of the chunk to blob. */
export function chunksAt(db: Database, point: Point, file: number): Map<number, number> {
  const { sql, bindings } = aliveAt(point);
  const query = `SELECT chunk, blob FROM file_chunk WHERE file = ? AND ${sql}`;
  const rows = db.all<{ chunk: number; blob: number }>(query, file, ...bindings);
  return new Map(rows.map((row) => [row.chunk, row.blob]));
}

export interface KeyRow {
  readonly key: string;
  readonly blob: number;
  readonly size: number;
}

export function keyAt(db: Database, point: Point, key: string): KeyRow | null {
  const { sql, bindings } = aliveAt(point);
  const [row] = db.all<KeyRow>(`SELECT key, blob, size FROM kv_entry WHERE key = ? AND ${sql}`, key, ...bindings);
  return row ?? null;
}

/** Keys that start with `prefix`, in no particular order. */
export function keysAt(db: Database, point: Point, prefix: string): string[] {
  const { sql, bindings } = aliveAt(point);
  const query = `SELECT key FROM kv_entry WHERE key >= ? AND substr(key, 1, length(?)) = ? AND ${sql}`;
  return db.all<{ key: string }>(query, prefix, prefix, prefix, ...bindings).map((row) => row.key);
}

export function blobBytes(db: Database, blob: number): Uint8Array {
  const [row] = db.all<{ bytes: Uint8Array }>('SELECT bytes FROM blob WHERE id = ?', blob);
  if (!row) throw new Error(`Blob ${blob} is missing: the file store is damaged.`);
  return row.bytes;
}

/** The condition for rows alive at a point. `died IS NULL` is spelled out so that the partial indexes serve it. */
function aliveAt(point: Point): { sql: string; bindings: SqlValue[] } {
  if (point === 'head') return { sql: 'died IS NULL', bindings: [] };
  return { sql: 'born <= ? AND (died IS NULL OR died > ?)', bindings: [point, point] };
}

function entryOf(row: EntryRow): Entry {
  const path = joinPath(row.parent, row.name);
  const { born, size, modified_at: modifiedAt } = row;
  if (row.kind === 'directory') return { kind: 'directory', path, modifiedAt, born };
  if (row.file !== null) return { kind: 'file', path, modifiedAt, born, size, contents: row.file };
  if (row.r2_key === null || row.sha256 === null) throw new Error(`The row of "${path}" is damaged.`);
  const contents = { key: row.r2_key, size, sha256: row.sha256 };
  return { kind: 'file', path, modifiedAt, born, size, contents };
}
