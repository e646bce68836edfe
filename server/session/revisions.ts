/** The revisions of a session: committed states of heaps, files and kv together. Append-only. */

import type { Database } from '../database.ts';
import type { KernelName } from '../kernels/kernel.ts';

export type RevisionCause = 'input' | 'background' | 'program' | 'files';

export interface Revision {
  readonly number: number;
  readonly parent: number | null;
  readonly cause: RevisionCause;
  /** Number of the input or program. */
  readonly causeNumber: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Heap of each kernel, null while it never ran. */
  readonly heaps: Readonly<Record<KernelName, number | null>>;
}

interface Row {
  number: number;
  parent: number | null;
  cause: RevisionCause;
  cause_number: number | null;
  at: number;
  javascript: number | null;
  python: number | null;
}

export class RevisionStore {
  readonly #database: Database;
  #head: Revision | null;

  constructor(database: Database) {
    this.#database = database;
    const [row] = database.all<Row>(`SELECT * FROM revision ORDER BY number DESC LIMIT 1`);
    this.#head = row === undefined ? null : fromRow(row);
  }

  /** The newest revision; null in a session that never committed anything. */
  get head(): Revision | null {
    return this.#head;
  }

  /** The number that the next revision will have. */
  get next(): number {
    return (this.#head?.number ?? 0) + 1;
  }

  /**
   * Appends the revision `next` on top of the head; heaps that are not given stay the head's. As with the
   * log, a transaction that fails leaves this object ahead of the store.
   */
  append(
    cause: RevisionCause,
    causeNumber: number | null,
    at: number,
    heaps: Partial<Record<KernelName, number>> = {},
  ): Revision {
    const before = this.#head?.heaps ?? { javascript: null, python: null };
    const revision: Revision = {
      number: this.next,
      parent: this.#head?.number ?? null,
      cause,
      causeNumber,
      at,
      heaps: { ...before, ...heaps },
    };
    this.#database.run(
      `INSERT INTO revision (number, parent, cause, cause_number, at, javascript, python) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      revision.number,
      revision.parent,
      cause,
      causeNumber,
      at,
      revision.heaps.javascript,
      revision.heaps.python,
    );
    this.#head = revision;
    return revision;
  }
}

function fromRow(row: Row): Revision {
  return {
    number: row.number,
    parent: row.parent,
    cause: row.cause,
    causeNumber: row.cause_number,
    at: row.at,
    heaps: { javascript: row.javascript, python: row.python },
  };
}
