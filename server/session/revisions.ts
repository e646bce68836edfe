/** The revisions of a session: committed states of heaps, files and kv together. Append-only, but for retention. */

import type { Database } from '../database.ts';
import type { KernelName } from '../kernels/kernel.ts';

export type RevisionCause = 'input' | 'background' | 'program' | 'files' | 'restore' | 'reset' | 'fork';

/** How a revision of the cause `restore` or `reset` came about. */
export type Move = 'undo' | 'redo' | 'goto' | 'restore' | 'reset' | 'replay';

export interface Origin {
  readonly how: Move;
  /** The checkpoint that was asked for, for `restore`. */
  readonly checkpoint: string | null;
  /** Name of the terminal that asked; null if it did not say. */
  readonly terminal: string | null;
}

export interface Revision {
  readonly number: number;
  /** The kept revision before; null for the first. */
  readonly parent: number | null;
  /** The revision whose state this one is once more; 0 for the empty state before the first. */
  readonly restored: number | null;
  readonly cause: RevisionCause;
  /** Number of the input or program. */
  readonly causeNumber: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How long the input ran. */
  readonly milliseconds: number | null;
  /** Null unless the cause is `restore` or `reset`, and in sessions of before it was noted. */
  readonly origin: Origin | null;
  /** Heap of each kernel, null while it never ran. */
  readonly heaps: Readonly<Record<KernelName, number | null>>;
}

/** What a new revision is made of; the store gives number and parent. Heaps that are left out stay the head's. */
export interface NewRevision
  extends Omit<Revision, 'number' | 'parent' | 'heaps' | 'restored' | 'milliseconds' | 'origin'> {
  readonly restored?: number;
  readonly milliseconds?: number;
  readonly origin?: Origin;
  readonly heaps?: Partial<Record<KernelName, number | null>>;
}

interface Row {
  number: number;
  parent: number | null;
  restored: number | null;
  cause: RevisionCause;
  cause_number: number | null;
  at: number;
  milliseconds: number | null;
  how: Move | null;
  checkpoint: string | null;
  terminal: string | null;
  javascript: number | null;
  python: number | null;
}

/** A step of the way to a revision: the one whose state it went on from (0: the empty beginning), and its input. */
interface Way {
  readonly before: number;
  readonly input: number | null;
}

/** Below zero stands the way that led to a fork in the session that it comes from. */
const SOURCE = -1;

function wayThrough({ parent, restored, cause, causeNumber }: Revision): Way {
  const before = cause === 'fork' ? SOURCE : (restored ?? parent ?? 0);
  return { before, input: cause === 'input' ? causeNumber : null };
}

export interface InputsOnTheWay {
  readonly inputs: readonly number[];
  readonly isWhole: boolean;
}

/** Of so many revisions that are gone the way is still known. */
const KNOWN_PAST = 10_000;

const NO_HEAPS: Revision['heaps'] = { javascript: null, python: null };

export class RevisionStore {
  readonly #database: Database;
  #head: Revision | null;
  #count: number;

  constructor(database: Database) {
    this.#database = database;
    const [row] = database.all<Row>(`SELECT * FROM revision ORDER BY number DESC LIMIT 1`);
    this.#head = row === undefined ? null : fromRow(row);
    this.#count = this.#counted();
  }

  /** The newest revision; null in a session that never committed anything. */
  get head(): Revision | null {
    return this.#head;
  }

  /** The number that the next revision will have. */
  get next(): number {
    return (this.#head?.number ?? 0) + 1;
  }

  /** How many are kept. */
  get count(): number {
    return this.#count;
  }

  /** A kept revision, or null. */
  get(number: number): Revision | null {
    const [row] = this.#database.all<Row>(`SELECT * FROM revision WHERE number = ?`, number);
    return row === undefined ? null : fromRow(row);
  }

  /** Kept revisions, newest first. */
  newest(limit: number): Revision[] {
    return this.#database.all<Row>(`SELECT * FROM revision ORDER BY number DESC LIMIT ?`, limit).map(fromRow);
  }

  /**
   * Appends the revision `next` on top of the head. Background work on top of background work takes its place, unless
   * that has a name: a timer that ticks for hours must not push the user's steps out of the history. As with the log, a
   * transaction that fails leaves this object ahead of the store.
   */
  append(wanted: NewRevision): Revision {
    const { cause, causeNumber, at, restored = null, milliseconds = null, origin = null } = wanted;
    const { number, head } = { number: this.next, head: this.#head };
    const replaced = cause === 'background' && head?.cause === 'background' && !this.#isNamed(head) ? head : null;
    const revision: Revision = {
      number,
      parent: (replaced === null ? head?.number : replaced.parent) ?? null,
      restored,
      cause,
      causeNumber,
      at,
      milliseconds,
      origin,
      heaps: { ...(head?.heaps ?? NO_HEAPS), ...wanted.heaps },
    };
    this.#database.run(
      `INSERT INTO revision (number, parent, restored, cause, cause_number, at, milliseconds, how, checkpoint, terminal,
         javascript, python)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      revision.number,
      revision.parent,
      restored,
      cause,
      causeNumber,
      at,
      milliseconds,
      origin?.how ?? null,
      origin?.checkpoint ?? null,
      origin?.terminal ?? null,
      revision.heaps.javascript,
      revision.heaps.python,
    );
    if (replaced === null) this.#count += 1;
    else this.#database.run(`DELETE FROM revision WHERE number = ?`, replaced.number);
    this.#head = revision;
    return revision;
  }

  /** Lets go of all but `kept`, which must hold the head; of the others, only the way through them stays known. */
  keepOnly(kept: ReadonlySet<number>): void {
    for (const revision of this.newest(this.#count)) {
      if (kept.has(revision.number)) continue;
      const { before, input } = wayThrough(revision);
      const isEmptied = revision.origin?.how === 'reset';
      this.#database.run(`DELETE FROM revision WHERE number = ?`, revision.number);
      this.#database.run(
        `INSERT INTO past (number, before, input) VALUES (?, ?, ?)`,
        revision.number,
        isEmptied ? 0 : before,
        input,
      );
    }
    this.#database.run(
      `DELETE FROM past WHERE number <= (SELECT number FROM past ORDER BY number DESC LIMIT 1 OFFSET ?)`,
      KNOWN_PAST,
    );
    this.#count = this.#counted();
  }

  /**
   * The inputs whose variables the revision `of` has, oldest first: those on the way to it since its variables were empty,
   * or to what they were before the user emptied them if no step was made since. `isWhole` is false if the way begins before
   * what is known.
   */
  inputs(isStep: (input: number) => boolean, of = this.#head?.number ?? 0): InputsOnTheWay {
    const inputs: number[] = [];
    let hasStep = false;
    let next = of;
    while (next !== 0) {
      const revision = this.get(next);
      const way = revision === null ? this.#past(next) : wayThrough(revision);
      if (way === null) return { inputs: inputs.reverse(), isWhole: false };
      if (way.input !== null) inputs.push(way.input);
      hasStep ||= way.input !== null && isStep(way.input);
      const isEmptied = revision?.origin?.how === 'reset' && hasStep;
      next = isEmptied ? 0 : way.before;
    }
    return { inputs: inputs.reverse(), isWhole: true };
  }

  /** The way that led to the revision of a fork, which is committed with it. */
  rememberSource({ inputs, isWhole }: InputsOnTheWay): void {
    const sql = `INSERT INTO past (number, before, input) VALUES (?, ?, ?)`;
    for (const [at, input] of [...inputs].reverse().entries()) {
      this.#database.run(sql, SOURCE - at, SOURCE - at - 1, input);
    }
    if (isWhole) this.#database.run(sql, SOURCE - inputs.length, 0, null);
  }

  #past(number: number): Way | null {
    return this.#database.all<Way>(`SELECT before, input FROM past WHERE number = ?`, number)[0] ?? null;
  }

  /** Names a revision for ever, or gives a name to another one. */
  setCheckpoint(name: string, revision: number): void {
    this.#database.run(
      `INSERT INTO checkpoint (name, revision) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision`,
      name,
      revision,
    );
  }

  /** The revision of a checkpoint, or null. */
  checkpoint(name: string): number | null {
    return this.checkpoints().find((checkpoint) => checkpoint.name === name)?.revision ?? null;
  }

  /** By name. */
  checkpoints(): { readonly name: string; readonly revision: number }[] {
    return this.#database.all(`SELECT name, revision FROM checkpoint ORDER BY name`);
  }

  #isNamed({ number }: Revision): boolean {
    return this.#database.all(`SELECT 1 FROM checkpoint WHERE revision = ? LIMIT 1`, number).length > 0;
  }

  #counted(): number {
    return this.#database.all<{ count: number }>(`SELECT COUNT(*) AS count FROM revision`)[0]?.count ?? 0;
  }
}

function fromRow({ cause_number, javascript, python, how, checkpoint, terminal, ...row }: Row): Revision {
  const origin = how === null ? null : { how, checkpoint, terminal };
  return { ...row, causeNumber: cause_number, origin, heaps: { javascript, python } };
}
