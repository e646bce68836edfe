/** The `Database` port on SQLite in memory (sql.js, real SQLite compiled to Wasm): for tests in plain Node. */

import initSqlJs, { type Database as SqlJsDatabase, type SqlJsStatic, type Statement } from 'sql.js';
import type { Database, SqlValue } from '../../server/database.ts';

let engine: Promise<SqlJsStatic> | undefined;

/** An empty database of its own. */
export async function makeMemoryDatabase(): Promise<MemoryDatabase> {
  engine ??= initSqlJs();
  const { Database: Engine } = await engine;
  return new MemoryDatabase(new Engine());
}

export class MemoryDatabase implements Database {
  readonly #database: SqlJsDatabase;
  readonly #statements = new Map<string, Statement>();
  #inTransaction = false;

  constructor(database: SqlJsDatabase) {
    this.#database = database;
  }

  all<Row>(sql: string, ...bindings: SqlValue[]): Row[] {
    const statement = this.#prepare(sql);
    const rows: Row[] = [];
    try {
      statement.bind(bindings);
      while (statement.step()) rows.push(statement.getAsObject() as Row);
    } finally {
      statement.reset();
    }
    return rows;
  }

  run(sql: string, ...bindings: SqlValue[]): void {
    this.all(sql, ...bindings);
  }

  transaction<T>(fn: () => T): T {
    if (this.#inTransaction) throw new Error('A transaction is already running; nested transactions are refused.');
    this.#inTransaction = true;
    this.run('BEGIN');
    try {
      const result = fn();
      if (result instanceof Promise)
        throw new TypeError('A transaction must be synchronous, but it returned a promise.');
      this.run('COMMIT');
      return result;
    } catch (error) {
      this.run('ROLLBACK');
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Statements are kept: preparing one costs more than most of them take to run. */
  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
