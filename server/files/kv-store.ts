/** The key-value store: a writer's overlay above the head, its commit, and the read-only view of a revision. */

import type { Database } from '../database.ts';
import { FileError, type KeyValue } from './file-system.ts';
import { maxKeyBytes, maxValueBytes } from './limits.ts';
import { blobBytes, type KeyRow, keyAt, keysAt, type Point } from './rows.ts';
import { noUsage, type Usage } from './state.ts';
import type { Writer } from './writer.ts';

type TouchedKey = { readonly blob: number; readonly size: number } | null;

/** What a commit did to the keys. */
export interface KeyCommit {
  readonly changed: readonly string[];
  /** Keys that someone else had changed since the overlay was opened. */
  readonly conflicts: readonly string[];
  readonly usage: Usage;
}

export class KeyOverlay implements KeyValue {
  readonly #writer: Writer;
  readonly #touched = new Map<string, TouchedKey>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Keys that were set or deleted. */
  get touched(): readonly string[] {
    return [...this.#touched.keys()];
  }

  get(key: string): Uint8Array | null {
    const found = this.#find(key);
    return found && this.#writer.blobs.read(found.blob).slice();
  }

  set(key: string, value: Uint8Array): void {
    checkKey(key);
    if (value.length > maxValueBytes) {
      const message = `A value of ${value.length} bytes is too large; the limit is ${maxValueBytes}. Use a file.`;
      throw new FileError('EFBIG', key, message);
    }
    const old = this.#find(key);
    const growth = { keys: old ? 0 : 1, valueBytes: value.length - (old?.size ?? 0) };
    this.#writer.tally.grow(growth, key);
    const blob = this.#writer.blobs.put(this.#touched.get(key)?.blob ?? null, value.slice());
    this.#touched.set(key, { blob, size: value.length });
  }

  delete(key: string): boolean {
    const old = this.#find(key);
    if (!old) return false;
    this.#writer.tally.grow({ keys: -1, valueBytes: -old.size }, key);
    this.#writer.blobs.release(old.blob);
    if (keyAt(this.#writer.db, 'head', key)) this.#touched.set(key, null);
    else this.#touched.delete(key);
    return true;
  }

  list(prefix: string): string[] {
    const keys = new Set(keysAt(this.#writer.db, 'head', prefix));
    for (const [key, touched] of this.#touched) {
      if (!touched) keys.delete(key);
      else if (key.startsWith(prefix)) keys.add(key);
    }
    return [...keys].sort();
  }

  /** Merges into the head, inside the caller's transaction. The blobs must have been flushed. */
  commit(revision: number): KeyCommit {
    const { db, opened } = this.#writer;
    const changed: string[] = [];
    const conflicts: string[] = [];
    let usage = noUsage;
    for (const [key, touched] of this.#touched) {
      const old = keyAt(db, 'head', key);
      if (keyChangedSince(db, opened, key)) conflicts.push(key);
      if (!old && !touched) continue;
      if (old) db.run('UPDATE kv_entry SET died = ? WHERE key = ? AND died IS NULL', revision, key);
      if (touched) {
        const insert = 'INSERT INTO kv_entry (key, born, died, blob, size) VALUES (?, ?, NULL, ?, ?)';
        db.run(insert, key, revision, touched.blob, touched.size);
      }
      changed.push(key);
      usage = {
        ...usage,
        keys: usage.keys + (touched ? 1 : 0) - (old ? 1 : 0),
        valueBytes: usage.valueBytes + (touched?.size ?? 0) - (old?.size ?? 0),
      };
    }
    return { changed: changed.sort(), conflicts: conflicts.sort(), usage };
  }

  #find(key: string): KeyRow | TouchedKey {
    const touched = this.#touched.get(key);
    return touched === undefined ? keyAt(this.#writer.db, 'head', key) : touched;
  }
}

/** The keys as of a revision or the head. Writing throws `FileError` `EACCES`. */
export class KeyView implements KeyValue {
  readonly #db: Database;
  readonly #point: Point;

  constructor(db: Database, point: Point) {
    this.#db = db;
    this.#point = point;
  }

  get(key: string): Uint8Array | null {
    const row = keyAt(this.#db, this.#point, key);
    return row && blobBytes(this.#db, row.blob);
  }

  list(prefix: string): string[] {
    return keysAt(this.#db, this.#point, prefix).sort();
  }

  set(key: string): never {
    throw readOnly(key);
  }

  delete(key: string): never {
    throw readOnly(key);
  }
}

function readOnly(key: string): FileError {
  return new FileError('EACCES', key, 'This is a committed revision: it can only be read.');
}

function keyChangedSince(db: Database, revision: number, key: string): boolean {
  const query = 'SELECT 1 FROM kv_entry WHERE key = ? AND (born > ? OR died > ?) LIMIT 1';
  return db.all(query, key, revision, revision).length > 0;
}

function checkKey(key: string): void {
  if (key === '') throw new FileError('EINVAL', key, 'A key must not be empty.');
  if (key.includes('\0') || /\p{Surrogate}/u.test(key)) {
    throw new FileError('EINVAL', key, `The key ${JSON.stringify(key)} has a NUL or is not well-formed Unicode.`);
  }
  const bytes = new TextEncoder().encode(key).length;
  if (bytes > maxKeyBytes) {
    throw new FileError('ENAMETOOLONG', key, `A key of ${bytes} bytes is too long; the limit is ${maxKeyBytes}.`);
  }
}
