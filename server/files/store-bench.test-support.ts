/** An empty file store for the contract tests, and what they say often. */

import { expect } from 'vitest';
import type { Database } from '../database.ts';
import type { WithDatabase } from '../storage-contract.ts';
import { FileStore } from './file-store.ts';
import type { Committed, Overlay } from './overlay.ts';
import { createFileTables } from './schema.ts';

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (array: Uint8Array | null) => array && new TextDecoder().decode(array);
export const failure = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
export const flat = { recursive: false };

export class Bench {
  readonly db: Database;
  store: FileStore;
  #revision = 0;

  constructor(db: Database) {
    this.db = db;
    createFileTables(db);
    this.store = this.restart();
  }

  restart(): FileStore {
    this.store = new FileStore(this.db, () => 1000);
    return this.store;
  }

  commit(overlay: Overlay): Committed {
    return this.db.transaction(() => overlay.commit(++this.#revision));
  }

  write(change: (overlay: Overlay) => void): Committed {
    const overlay = this.store.open();
    change(overlay);
    return this.commit(overlay);
  }

  count(table: string): number {
    return this.db.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? -1;
  }
}

export type WithBench = (test: (bench: Bench) => void) => () => Promise<void>;

export const withBenchOn =
  (withDatabase: WithDatabase): WithBench =>
  (test) =>
  () =>
    withDatabase((db) => test(new Bench(db)));
