/**
 * What clients asked for and the session accepted: inputs and programs. A client numbers its requests; the pair
 * (client, request) is accepted at most once, as long as it is among the newest.
 */

import { LIMITS } from '../../protocol/limits.ts';
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

export interface RecordedInput {
  readonly client: string;
  readonly language: Language;
  /** Empty for an input so old that its code is not kept. */
  readonly code: string;
}

export interface RequestLimits {
  /** Inputs whose code is kept, to be shown and to be run again; and characters of code in all. */
  readonly recorded: number;
  readonly code: number;
  /** Inputs, and as many programs, that are kept to be known again. */
  readonly known: number;
}

const REQUESTS: RequestLimits = { recorded: 10_000, code: 64 * 1024 * 1024, known: 100_000 };

/** As with the log, a transaction that fails leaves this object ahead of the store. */
export class RequestStore {
  readonly #database: Database;
  readonly #highest = new Map<string, number>();
  #nextInput: number;
  #nextProgram: number;

  constructor(database: Database) {
    this.#database = database;
    this.#nextInput = nextNumber(database, 'input');
    this.#nextProgram = nextNumber(database, 'program');
  }

  /** What this request was accepted as before, or null. */
  find({ client, request }: Request): Accepted | null {
    if (request > this.#highestOf(client)) return null;
    const [row] = this.#database.all<Accepted>(
      `SELECT 'input' AS cause, number FROM input WHERE client = ?1 AND request = ?2
       UNION ALL SELECT 'program', number FROM program WHERE client = ?1 AND request = ?2`,
      client,
      request,
    );
    return row ?? null;
  }

  /** The highest request number accepted from a client, 0 if none: clients count up, so most requests are above it. */
  #highestOf(client: string): number {
    const known = this.#highest.get(client);
    if (known !== undefined) return known;
    const [row] = this.#database.all<{ request: number | null }>(
      `SELECT MAX(request) AS request FROM
       (SELECT MAX(request) AS request FROM input WHERE client = ?1
        UNION ALL SELECT MAX(request) FROM program WHERE client = ?1)`,
      client,
    );
    const highest = row?.request ?? 0;
    if (this.#highest.size >= LIMITS.terminals) this.#highest.clear();
    this.#highest.set(client, highest);
    return highest;
  }

  /** The number that the next input will have. */
  get nextInput(): number {
    return this.#nextInput;
  }

  /** Returns the number of the new input. `isOpen` false: its end is stored in the same transaction. */
  acceptInput({ client, request }: Request, language: Language, code: string, isOpen = true): number {
    const number = this.#nextInput++;
    this.#remember(client, request);
    this.#database.run(
      `INSERT INTO input (number, client, request, language, code, open) VALUES (?, ?, ?, ?, ?, ?)`,
      number,
      client,
      request,
      language,
      code,
      isOpen ? 1 : 0,
    );
    return number;
  }

  /** Records an input that ran in the session of which this one is a fork, under its number there. */
  recordForked(number: number, language: Language, code: string): void {
    this.#nextInput = Math.max(this.#nextInput, number + 1);
    this.#database.run(
      `INSERT INTO input (number, client, request, language, code, open) VALUES (?, 'fork', ?, ?, ?, 0)`,
      number,
      number,
      language,
      code,
    );
  }

  /** Returns the number of the new program. */
  acceptProgram({ client, request }: Request, entry: string, at: number): number {
    const number = this.#nextProgram++;
    this.#remember(client, request);
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

  /** The number of a program that no client asked for. */
  acceptChild(entry: string, at: number): number {
    return this.acceptProgram({ client: '', request: this.#nextProgram }, entry, at);
  }

  /** What was submitted as input `number`, or null. */
  input(number: number): RecordedInput | null {
    const sql = `SELECT client, language, code FROM input WHERE number = ?`;
    return this.#database.all<RecordedInput>(sql, number)[0] ?? null;
  }

  /** Lets go of the code of old inputs, and of the oldest requests as a whole. What is open stays. */
  prune({ recorded, code, known }: RequestLimits = REQUESTS): void {
    const database = this.#database;
    const overLimit = `SELECT MAX(number) FROM (
      SELECT number, SUM(LENGTH(code)) OVER (ORDER BY number DESC) AS total FROM input) WHERE total > ?`;
    database.run(
      `UPDATE input SET code = '' WHERE open = 0 AND code <> '' AND number <= MAX(?, IFNULL((${overLimit}), 0))`,
      this.#nextInput - 1 - recorded,
      code,
    );
    database.run(`DELETE FROM input WHERE open = 0 AND number < ?`, this.#nextInput - known);
    database.run(`DELETE FROM program WHERE open = 0 AND number < ?`, this.#nextProgram - known);
  }

  /** Its end is in the log. */
  close(kind: 'input' | 'program', number: number): void {
    this.#database.run(`UPDATE ${kind} SET open = 0 WHERE number = ?`, number);
  }

  /** Numbers of what was accepted and has no end in the log, ascending. */
  open(kind: Accepted['cause']): number[] {
    return this.#database
      .all<{ number: number }>(`SELECT number FROM ${kind} WHERE open = 1 ORDER BY number`)
      .map((row) => row.number);
  }

  #remember(client: string, request: number): void {
    this.#highest.set(client, Math.max(request, this.#highestOf(client)));
  }
}

function nextNumber(database: Database, kind: Accepted['cause']): number {
  const [row] = database.all<{ number: number | null }>(`SELECT MAX(number) AS number FROM ${kind}`);
  return (row?.number ?? 0) + 1;
}
