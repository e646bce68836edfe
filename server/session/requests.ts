/**
 * What clients asked for and the session accepted: inputs and programs. A client numbers its requests; the pair
 * (client, request) is accepted at most once, for ever.
 */

import type { Database } from '../database.ts';
import type { Language } from '../kernels/kernel.ts';

export interface Request {
  readonly client: string;
  readonly request: number;
}

export interface Accepted {
  readonly cause: 'input' | 'program';
  readonly number: number;
}

export class RequestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What this request was accepted as before, or null. */
  find({ client, request }: Request): Accepted | null {
    const [row] = this.#database.all<Accepted>(
      `SELECT 'input' AS cause, number FROM input WHERE client = ?1 AND request = ?2
       UNION ALL SELECT 'program', number FROM program WHERE client = ?1 AND request = ?2`,
      client,
      request,
    );
    return row ?? null;
  }

  /** Returns the number of the new input. */
  acceptInput({ client, request }: Request, language: Language, code: string): number {
    const number = this.#next('input');
    this.#database.run(
      `INSERT INTO input (number, client, request, language, code, open) VALUES (?, ?, ?, ?, ?, 1)`,
      number,
      client,
      request,
      language,
      code,
    );
    return number;
  }

  /** Returns the number of the new program. */
  acceptProgram({ client, request }: Request, entry: string, at: number): number {
    const number = this.#next('program');
    this.#database.run(
      `INSERT INTO program (number, client, request, entry, started_at, open) VALUES (?, ?, ?, ?, ?, 1)`,
      number,
      client,
      request,
      entry,
      at,
    );
    return number;
  }

  /** Its end is in the log. */
  close(kind: 'input' | 'program', number: number): void {
    this.#database.run(`UPDATE ${kind} SET open = 0 WHERE number = ?`, number);
  }

  /** Numbers of what was accepted and has no end in the log. */
  open(kind: 'input' | 'program'): number[] {
    return this.#database
      .all<{ number: number }>(`SELECT number FROM ${kind} WHERE open = 1 ORDER BY number`)
      .map((row) => row.number);
  }

  #next(kind: 'input' | 'program'): number {
    const [row] = this.#database.all<{ number: number | null }>(`SELECT MAX(number) AS number FROM ${kind}`);
    return (row?.number ?? 0) + 1;
  }
}
