/** For the tests of the REST surface of files: what answers it, without a session around it. */

import { env, runInDurableObject } from 'cloudflare:test';
import { DurableDatabase } from '../durable-database.ts';
import { FileStore } from '../files/file-store.ts';
import { FileUploads } from '../files/file-uploads.ts';
import { LargeFiles } from '../files/large-files.ts';
import { LargeParts } from '../files/large-parts.ts';
import { Orphans } from '../files/orphans.ts';
import type { Overlay } from '../files/overlay.ts';
import { createFileTables } from '../files/schema.ts';
import { createUploadTables, UploadRows } from '../files/upload-rows.ts';
import { fileRoutes } from './files.ts';
import { uploadRoutes } from './uploads.ts';

/** A session's files alone: what the session core does for them, on storage of its own. */
export class FilesHost {
  readonly #db: DurableDatabase;
  readonly #bucket: R2Bucket;
  readonly store: FileStore;
  readonly large: LargeFiles;
  readonly uploads: FileUploads;
  mayWrite = true;
  now = 1_700_000_000_000;
  /** When uploads were to be looked at, as they asked. */
  readonly expiries: number[] = [];

  constructor(db: DurableDatabase, bucket: R2Bucket) {
    this.#db = db;
    this.#bucket = bucket;
    const now = () => this.now;
    if (db.all("SELECT 1 FROM sqlite_master WHERE name = 'blob'").length === 0) {
      createFileTables(db);
      createUploadTables(db);
    }
    this.store = new FileStore(db, now);
    const orphans = new Orphans(db);
    this.large = new LargeFiles(bucket, orphans, () => undefined);
    this.uploads = new FileUploads({
      rows: new UploadRows(db, now),
      store: this.store,
      large: this.large,
      parts: new LargeParts(bucket, orphans, this.large),
      now,
      expireAt: (at) => this.expiries.push(at),
    });
  }

  /** The same storage, opened by another process. */
  reopened(): FilesHost {
    return new FilesHost(this.#db, this.#bucket);
  }

  async commitFiles<T>(change: (overlay: Overlay) => T | Promise<T>): Promise<{ result: T; revision: number | null }> {
    const overlay = this.store.open();
    try {
      const result = await change(overlay);
      const next = this.store.head + 1;
      const { changes } = this.#db.transaction(() => overlay.commit(next));
      return { result, revision: changes.length > 0 ? next : null };
    } catch (error) {
      overlay.discard();
      throw error;
    }
  }

  send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fileRoutes(new Request(`https://host/v1/sessions/files/files/${path}`, { method, ...init }), this);
  }

  upload(method: string, location: string, headers: Record<string, string> = {}, body?: BodyInit): Promise<Response> {
    const request = new Request(`https://host${location}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return uploadRoutes(request, location.split('/')[5] ?? null, this);
  }

  async put(path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('PUT', path, { body, headers });
  }

  async post(path: string, operation: unknown): Promise<Response> {
    const body = JSON.stringify(operation);
    return this.send('POST', path, { body, headers: { 'content-length': String(body.length) } });
  }

  blobs(): number {
    return this.#db.all<{ n: number }>('SELECT count(*) AS n FROM blob')[0]?.n ?? -1;
  }

  /** Rows of pieces and parts of uploads. */
  pieces(): number[] {
    return this.#db
      .all<{ n: number }>('SELECT count(*) AS n FROM upload_piece UNION ALL SELECT count(*) FROM upload_part')
      .map(({ n }) => n);
  }

  prune(): void {
    this.#db.transaction(() => this.store.prune([this.store.head]));
  }
}

/** Calls `test` with an empty host, in an object of its own. */
export const withHost =
  (test: (host: FilesHost) => Promise<void>, bucket = env.FILES) =>
  () =>
    runInDurableObject(env.STORAGE.get(env.STORAGE.newUniqueId()), (_, state) =>
      test(new FilesHost(new DurableDatabase(state.storage), bucket)),
    );
