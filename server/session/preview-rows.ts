/** Which previews a session has: a row for each that ever was, so that what is served again keeps its address and data. */

import type { Database } from '../database.ts';

export interface PreviewRow {
  /** Its id at the preview host. */
  readonly id: string;
  /** Where its sources are: `''` in the session's files, else what a client calls a place of its own. */
  readonly place: string;
  readonly entry: string;
  readonly isPublic: boolean;
  readonly key: Uint8Array;
  /** Its number among the programs of the session; null while it is not served. */
  readonly program: number | null;
  /** It has ended here, and the host may not know yet. */
  readonly isEnding: boolean;
}

interface StoredRow extends Omit<PreviewRow, 'isPublic' | 'isEnding'> {
  readonly isPublic: number;
  readonly isEnding: number;
}

/** A step of the schema. */
export function createPreviewTable(database: Database): void {
  database.run(
    `CREATE TABLE preview (
       id TEXT PRIMARY KEY, place TEXT NOT NULL, entry TEXT NOT NULL, is_public INTEGER NOT NULL, key BLOB NOT NULL,
       program INTEGER, is_ending INTEGER NOT NULL, UNIQUE (place, entry)) STRICT, WITHOUT ROWID`,
  );
}

export class PreviewRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  all(): PreviewRow[] {
    const rows = this.#database.all<StoredRow>(
      `SELECT id, place, entry, is_public AS isPublic, key, program, is_ending AS isEnding FROM preview`,
    );
    return rows.map((row) => ({ ...row, isPublic: row.isPublic === 1, isEnding: row.isEnding === 1 }));
  }

  save({ id, place, entry, isPublic, key, program, isEnding }: PreviewRow): void {
    this.#database.run(
      `INSERT OR REPLACE INTO preview VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      place,
      entry,
      isPublic ? 1 : 0,
      key,
      program,
      isEnding ? 1 : 0,
    );
  }
}
