/**
 * Uploads that go on over several requests, as rows: how far each has come, and the bytes that are not in R2.
 *
 * These lie in pieces of 1 MiB, five of which are as much as a part in R2.
 */

import type { Database } from '../database.ts';
import { partSize } from './large-files.ts';
import type { Multipart } from './large-parts.ts';

/** Small enough for a row; a part is a whole number of them. */
const pieceBytes = 1024 * 1024;

export interface UploadRow {
  readonly id: string;
  readonly path: string;
  /** As announced, of the whole; null while nobody knows. */
  readonly size: number | null;
  /** The same. Lower-case hexadecimal. */
  readonly sha256: string | null;
  /** Bytes. */
  readonly received: number;
  /** How many whole parts of it R2 has. */
  readonly parts: number;
  /** Its object in R2, once it has one. */
  readonly multipart: Multipart | null;
  /** The revision that made a file of it; null while it is not finished. */
  readonly revision: number | null;
}

interface StoredRow extends Omit<UploadRow, 'multipart'> {
  readonly key: string | null;
  readonly upload: string | null;
}

/** A step of the schema. */
export function createUploadTables(database: Database): void {
  for (const statement of statements) database.run(statement);
}

const statements = [
  `CREATE TABLE upload (
     id TEXT PRIMARY KEY, path TEXT NOT NULL, size INTEGER, sha256 TEXT, received INTEGER NOT NULL,
     touched_at INTEGER NOT NULL, r2_key TEXT, r2_upload TEXT, revision INTEGER) STRICT, WITHOUT ROWID`,
  `CREATE TABLE upload_piece (
     upload TEXT NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (upload, piece)) STRICT`,
  `CREATE TABLE upload_part (
     upload TEXT NOT NULL, part INTEGER NOT NULL, etag TEXT NOT NULL, PRIMARY KEY (upload, part)) STRICT, WITHOUT ROWID`,
];

const columns = `id, path, size, sha256, received, r2_key AS key, r2_upload AS upload, revision,
  (SELECT count(*) FROM upload_part WHERE upload_part.upload = id) AS parts`;

export class UploadRows {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  get(id: string): UploadRow | null {
    return this.#select('id = ?', id)[0] ?? null;
  }

  /** All that are not finished. */
  open(): UploadRow[] {
    return this.#select('revision IS NULL');
  }

  /** Those that nothing came for since `at`, finished or not. */
  untouchedSince(at: number): UploadRow[] {
    return this.#select('touched_at <= ?', at);
  }

  /** When something came for the one that waits longest; null if there is none. */
  get oldestTouch(): number | null {
    return this.#db.all<{ at: number | null }>('SELECT min(touched_at) AS at FROM upload')[0]?.at ?? null;
  }

  insert(id: string, path: string, size: number | null, sha256: string | null): void {
    const sql = 'INSERT INTO upload (id, path, size, sha256, received, touched_at) VALUES (?, ?, ?, ?, 0, ?)';
    this.#db.run(sql, id, path, size, sha256, this.#now());
  }

  touch(id: string): void {
    this.#db.run('UPDATE upload SET touched_at = ? WHERE id = ?', this.#now(), id);
  }

  /** Keeps `bytes`, which come from `offset` on, the beginning of a piece: the upload has come as far as to their end. */
  keep(id: string, offset: number, bytes: Uint8Array): void {
    this.#db.transaction(() => {
      const insert = 'INSERT OR REPLACE INTO upload_piece (upload, piece, bytes) VALUES (?, ?, ?)';
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        this.#db.run(insert, id, (offset + at) / pieceBytes, bytes.slice(at, at + pieceBytes));
      }
      this.#advance(id, offset + bytes.length);
    });
  }

  /** Bytes that are kept here, from `start` on, the beginning of a piece, to `end`. */
  kept(id: string, start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    const sql = 'SELECT bytes FROM upload_piece WHERE upload = ? AND piece = ?';
    for (let at = start; at < end; at += pieceBytes) {
      const [piece] = this.#db.all<{ bytes: Uint8Array }>(sql, id, at / pieceBytes);
      if (!piece) throw new Error(`A piece of upload ${id} is missing: the session's store is damaged.`);
      bytes.set(piece.bytes, at - start);
    }
    return bytes;
  }

  setMultipart(id: string, { key, upload }: Multipart): void {
    this.#db.run('UPDATE upload SET r2_key = ?, r2_upload = ? WHERE id = ?', key, upload, id);
  }

  /** R2 has one more part, from 0, which ends at `end`: nothing of it is kept here, and the upload has come so far. */
  moved(id: string, part: number, etag: string, end: number): void {
    this.#db.transaction(() => {
      this.#db.run('INSERT INTO upload_part (upload, part, etag) VALUES (?, ?, ?)', id, part, etag);
      const sql = 'DELETE FROM upload_piece WHERE upload = ? AND piece >= ? AND piece < ?';
      this.#db.run(sql, id, (part * partSize) / pieceBytes, ((part + 1) * partSize) / pieceBytes);
      this.#advance(id, end);
    });
  }

  /** The ETags of the parts in R2, in their order. */
  etags(id: string): string[] {
    const rows = this.#db.all<{ etag: string }>('SELECT etag FROM upload_part WHERE upload = ? ORDER BY part', id);
    return rows.map(({ etag }) => etag);
  }

  /** The upload is a file now. Only its row stays, for whoever did not hear of it. */
  complete(id: string, revision: number, sha256: string): void {
    this.#deleteContents(id);
    const sql = `UPDATE upload SET revision = ?, size = received, sha256 = ?, touched_at = ?, r2_key = NULL,
      r2_upload = NULL WHERE id = ?`;
    this.#db.run(sql, revision, sha256, this.#now(), id);
  }

  delete(id: string): void {
    this.#db.transaction(() => {
      this.#deleteContents(id);
      this.#db.run('DELETE FROM upload WHERE id = ?', id);
    });
  }

  #deleteContents(id: string): void {
    this.#db.run('DELETE FROM upload_piece WHERE upload = ?', id);
    this.#db.run('DELETE FROM upload_part WHERE upload = ?', id);
  }

  #advance(id: string, received: number): void {
    const sql = 'UPDATE upload SET received = max(received, ?), touched_at = ? WHERE id = ?';
    this.#db.run(sql, received, this.#now(), id);
  }

  #select(condition: string, ...bindings: (string | number)[]): UploadRow[] {
    const rows = this.#db.all<StoredRow>(`SELECT ${columns} FROM upload WHERE ${condition}`, ...bindings);
    return rows.map(({ key, upload, ...row }) => {
      return { ...row, multipart: key === null || upload === null ? null : { key, upload } };
    });
  }
}
