/**
 * The terminals that serve to everyone. Nobody else knows of such a preview, so it ends when its terminal is gone without
 * a word; any other preview stays, as programs do, for whoever comes back.
 */

import type { Database } from '../database.ts';

/** How often to look. A terminal that was there neither time in between has had this long to come back. */
export const HOLDER_MILLISECONDS = 60_000;

/** A step of the schema. */
export function createHolderTable(database: Database): void {
  database.run(
    `CREATE TABLE preview_holder (program INTEGER PRIMARY KEY, client TEXT NOT NULL, is_gone INTEGER NOT NULL) STRICT`,
  );
}

export class PreviewHolders {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Preview `program` is served by a terminal of `client`. */
  hold(program: number, client: string): void {
    this.#database.run(`INSERT INTO preview_holder VALUES (?, ?, 0)`, program, client);
  }

  /** It has ended. */
  drop(program: number): void {
    this.#database.run(`DELETE FROM preview_holder WHERE program = ?`, program);
  }

  get isEmpty(): boolean {
    return this.#database.all(`SELECT 1 FROM preview_holder LIMIT 1`).length === 0;
  }

  /** Looks which terminals are there. Returns the previews whose terminal was gone the last time as well. */
  look(isAttached: (client: string) => boolean): number[] {
    const rows = this.#database.all<{ program: number; client: string; is_gone: number }>(
      `SELECT program, client, is_gone FROM preview_holder`,
    );
    const over: number[] = [];
    for (const { program, client, is_gone } of rows) {
      const isGone = !isAttached(client);
      if (isGone && is_gone === 1) over.push(program);
      this.#database.run(`UPDATE preview_holder SET is_gone = ? WHERE program = ?`, isGone ? 1 : 0, program);
    }
    return over;
  }
}
