/**
 * The synchronous SQL port that the session core and the file store are written against.
 *
 * Two adapters exist: a Durable Object's SQLite (durable-database.ts) and SQLite in memory for tests in plain Node
 * (test/support/memory-database.ts). One contract suite (storage-contract.ts) runs on both.
 *
 * Numbers may be bound as doubles: a column of a STRICT table turns them into integers, an expression such as
 * `? / 2` does not. Integers must lie within ±(2^53 − 1).
 */

export type SqlValue = string | number | null | Uint8Array;

export interface Database {
  /** The rows of one statement, each an object keyed by column name. Blobs are `Uint8Array`s of their own. */
  all<Row>(sql: string, ...bindings: SqlValue[]): Row[];
  /** One statement whose rows are of no interest. */
  run(sql: string, ...bindings: SqlValue[]): void;
  /**
   * Runs `fn` and keeps all of its writes, or none of them if it throws (the error goes on to the caller).
   * `fn` must be synchronous: a promise as its result is a `TypeError` and nothing is kept. A transaction inside a
   * transaction is refused with an `Error`, since its failure could otherwise be caught while half of it stays.
   */
  transaction<T>(fn: () => T): T;
}
