/** Going back to a revision, and letting old ones go. Both work on the temporal rows alone and copy no contents. */

import type { Database } from '../database.ts';
import { dropBlobIfUnreferenced } from './blobs.ts';
import type { FileChange } from './file-commit.ts';
import { joinPath } from './paths.ts';
import { headOf, recountHead } from './state.ts';

const tables = {
  file_entry: 'parent, name, born, died, kind, size, modified_at, file, r2_key, sha256',
  file_chunk: 'file, chunk, born, died, blob',
  kv_entry: 'key, born, died, blob, size',
};

/**
 * Commits the files and keys of the kept revision `from` once more, as `revision`, which must be newer than the head.
 * Runs inside the caller's transaction. Returns how the files changed.
 */
export function restoreRevision(db: Database, from: number, revision: number): FileChange[] {
  const head = headOf(db);
  if (revision <= head) throw new Error(`Revision ${revision} is not newer than the head, ${head}.`);
  const changes = changesTo(db, from);
  for (const [table, columns] of Object.entries(tables)) {
    const copied = columns.replace('born, died', '?, NULL');
    db.run(`UPDATE ${table} SET died = ? WHERE died IS NULL AND born > ?`, revision, from);
    db.run(
      `INSERT INTO ${table} (${columns}) SELECT ${copied} FROM ${table} WHERE born <= ? AND died > ?`,
      revision,
      from,
      from,
    );
  }
  recountHead(db, revision);
  return changes;
}

/** How many paths a revision wrote or removed, and one of them. */
export interface TouchedBy {
  readonly count: number;
  readonly first: string;
}

/** How many paths each revision from `first` on wrote or removed, for those that did. */
export function touchedPaths(db: Database, first: number): Map<number, TouchedBy> {
  const sql = `SELECT revision, COUNT(DISTINCT path) AS count, MIN(path) AS first FROM (
      SELECT born AS revision, ltrim(parent || '/', '/') || name AS path FROM file_entry WHERE born >= ?1
      UNION ALL SELECT died, ltrim(parent || '/', '/') || name FROM file_entry WHERE died >= ?1)
    GROUP BY revision`;
  return new Map(db.all<TouchedBy & { revision: number }>(sql, first).map(({ revision, ...by }) => [revision, by]));
}

interface VersionRow extends EndRow {
  readonly contents: string;
}

/** How the files of revision `to` differ from those of `from`: made, written over, removed. */
export function changesBetween(db: Database, from: number, to: number): FileChange[] {
  const columns =
    "parent, name, kind, size, ifnull(file, '') || ' ' || ifnull(r2_key, '') || ' ' || modified_at AS contents";
  const alive = (at: number) => {
    const sql = `SELECT ${columns} FROM file_entry WHERE born <= ? AND (died IS NULL OR died > ?)`;
    const rows = db.all<VersionRow>(sql, at, at);
    return new Map(rows.map((row) => [joinPath(row.parent, row.name), row]));
  };
  const before = alive(from);
  const after = alive(to);
  const changes: FileChange[] = [];
  for (const [path, { kind, size }] of before)
    if (!after.has(path)) changes.push({ path, change: 'removed', kind, size });
  for (const [path, { kind, size, contents }] of after) {
    const known = before.get(path);
    const isSame = known !== undefined && known.kind === kind && (kind === 'directory' || known.contents === contents);
    if (!isSame) changes.push({ path, change: known === undefined ? 'made' : 'written', kind, size });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface EndRow {
  readonly parent: string;
  readonly name: string;
  readonly kind: FileChange['kind'];
  readonly size: number;
}

/** How the files of the head would change if they became those of `from`. */
function changesTo(db: Database, from: number): FileChange[] {
  const columns = 'parent, name, kind, size';
  const leaving = db.all<EndRow>(`SELECT ${columns} FROM file_entry WHERE died IS NULL AND born > ?`, from);
  const coming = db.all<EndRow>(`SELECT ${columns} FROM file_entry WHERE born <= ? AND died > ?`, from, from);
  const changes = new Map<string, FileChange>();
  for (const { parent, name, kind, size } of leaving) {
    const path = joinPath(parent, name);
    changes.set(path, { path, change: 'removed', kind, size });
  }
  for (const { parent, name, kind, size } of coming) {
    const path = joinPath(parent, name);
    if (kind === 'directory' && changes.get(path)?.kind === 'directory') changes.delete(path);
    else changes.set(path, { path, change: kind === 'directory' ? 'made' : 'written', kind, size });
  }
  return [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Deletes what is part of no revision in `kept` (ascending) and of none from `floor` on, with its contents. Keys of R2
 * objects that nothing refers to any more become orphans. Runs inside the caller's transaction.
 */
export function pruneRevisions(db: Database, kept: readonly number[], floor: number): void {
  const bounds = [...kept.filter((revision) => revision < floor), floor];
  let before = -1;
  for (const bound of bounds) {
    // A row lies between two kept revisions if it was born after the first and had died by the second.
    if (bound - before > 1) deleteBetween(db, before, bound);
    before = bound;
  }
}

function deleteBetween(db: Database, before: number, bound: number): void {
  const dead = 'died IS NOT NULL AND died > ? AND died <= ? AND born > ?';
  const blobs = new Set<number>();
  for (const table of ['file_chunk', 'kv_entry']) {
    const sql = `DELETE FROM ${table} WHERE ${dead} RETURNING blob`;
    for (const { blob } of db.all<{ blob: number }>(sql, before, bound, before)) blobs.add(blob);
  }
  for (const blob of blobs) dropBlobIfUnreferenced(db, blob);
  const entries = `DELETE FROM file_entry WHERE ${dead} RETURNING r2_key`;
  for (const { r2_key: key } of db.all<{ r2_key: string | null }>(entries, before, bound, before)) {
    if (key === null) continue;
    const unreferenced = 'NOT EXISTS (SELECT 1 FROM file_entry WHERE r2_key = ?)';
    db.run(`INSERT OR IGNORE INTO r2_orphan (r2_key) SELECT ? WHERE ${unreferenced}`, key, key);
  }
}
