/** The `Database` port on a Durable Object's SQLite. */

import type { Database, SqlValue } from './database.ts';

type DurableRow = Record<string, SqlStorageValue>;

export class DurableDatabase implements Database {
  readonly #storage: DurableObjectStorage;
  #inTransaction = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  all<Row>(sql: string, ...bindings: SqlValue[]): Row[] {
    const rows = this.#storage.sql.exec<DurableRow>(sql, ...bindings).toArray();
    return rows.map((row) => withByteArrays(row) as Row);
  }

  run(sql: string, ...bindings: SqlValue[]): void {
    this.#storage.sql.exec(sql, ...bindings);
  }

  transaction<T>(fn: () => T): T {
    if (this.#inTransaction) throw new Error('A transaction is already running; nested transactions are refused.');
    this.#inTransaction = true;
    try {
      return this.#storage.transactionSync(() => {
        const result = fn();
        if (result instanceof Promise)
          throw new TypeError('A transaction must be synchronous, but it returned a promise.');
        return result;
      });
    } finally {
      this.#inTransaction = false;
    }
  }
}

/** The platform hands blobs out as `ArrayBuffer`s; the port promises `Uint8Array`s. */
function withByteArrays(row: DurableRow): Record<string, SqlValue> {
  const converted: Record<string, SqlValue> = {};
  for (const [column, value] of Object.entries(row)) {
    converted[column] = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  }
  return converted;
}
