/** For the tests of the REST surface of files: what answers it, without a session around it. */

import { env, runInDurableObject } from 'cloudflare:test';
import { DurableDatabase } from '../durable-database.ts';
import { FileStore } from '../files/file-store.ts';
import { LargeFiles } from '../files/large-files.ts';
import { Orphans } from '../files/orphans.ts';
import type { Overlay } from '../files/overlay.ts';
import { createFileTables } from '../files/schema.ts';
import { fileRoutes } from './files.ts';

/** A session's files alone: what the session core does for them, on storage of its own. */
export class FilesHost {
  readonly #db: DurableDatabase;
  readonly store: FileStore;
  readonly large: LargeFiles;
  mayWrite = true;

  constructor(db: DurableDatabase, bucket: R2Bucket) {
    this.#db = db;
    createFileTables(db);
    this.store = new FileStore(db, () => 1_700_000_000_000);
    this.large = new LargeFiles(bucket, new Orphans(db), () => undefined);
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
