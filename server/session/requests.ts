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

export class RequestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number under which this request was accepted before, or null. */
  find(kind: 'input' | 'program', { client, request }: Request): number | null {
    const [row] = this.#database.all<{ number: number }>(
      `SELECT number FROM ${kind} WHERE client = ? AND request = ?`,
      client,
      request,
    );
    return row?.number ?? null;
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
