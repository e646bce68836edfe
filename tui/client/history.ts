/** The history of a session as a client sees it: what there is to ask of the server, and its answers. */

import * as v from 'valibot';

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const historySchema = v.object({
  /** Newest first. */
  entries: v.array(
    v.object({
      revision: number,
      /** Milliseconds since the epoch. */
      at: v.number(),
      /** What brought it about: `input`, `background`, `program`, `files`, `restore`, `reset` or `fork`. */
      cause: v.string(),
      /** Number of the input or program. */
      causeNumber: v.nullable(number),
      /** Of an input. */
      code: v.nullable(v.string()),
      milliseconds: v.nullable(v.number()),
      /** What its variables take in the store; 0 when they did not change. */
      heapBytes: v.number(),
      /** Paths written or removed. */
      files: number,
      /** One of them; null if there is none. */
      path: v.nullable(v.string()),
      /** The revision whose state it is once more; 0 is the empty beginning. */
      restored: v.nullable(number),
      /** How that came about, and the name of the terminal that asked for it. */
      origin: v.nullable(
        v.object({ how: v.string(), checkpoint: v.nullable(v.string()), terminal: v.nullable(v.string()) }),
      ),
      /** False for what undo and redo pass over. */
      isStep: v.boolean(),
      checkpoints: v.array(v.string()),
    }),
  ),
  /** Where undo and redo would lead now; null when there is nothing to undo or redo. */
  undo: v.nullable(number),
  redo: v.nullable(number),
  /** The oldest revision that is kept; null in a session without any. */
  oldest: v.nullable(number),
});

/** The revision that a move made, and the one whose state it is. */
const movedSchema = v.object({ revision: number, target: number });
/** Inputs that ran again; the one that was not kept, and how many are left after it; whether none before them is lost. */
const replayedSchema = v.object({ ran: number, stoppedAt: v.nullable(number), left: number, isWhole: v.boolean() });
const checkpointSchema = v.object({ revision: number });
const forkSchema = v.object({ session: v.string() });

const differenceSchema = v.object({
  from: number,
  to: number,
  files: v.array(
    v.object({
      path: v.string(),
      change: v.picklist(['made', 'written', 'removed']),
      kind: v.picklist(['file', 'directory']),
      /** Bytes; of what was removed, as it was. */
      size: v.number(),
    }),
  ),
  /** As the kernel shows them; null before or after for one that came or went. */
  variables: v.array(v.object({ name: v.string(), before: v.nullable(v.string()), after: v.nullable(v.string()) })),
});

export type History = v.InferOutput<typeof historySchema>;
export type HistoryEntry = History['entries'][number];
export type Moved = v.InferOutput<typeof movedSchema>;
export type Replayed = v.InferOutput<typeof replayedSchema>;
export type Difference = v.InferOutput<typeof differenceSchema>;

export type Move =
  | { readonly op: 'undo' }
  | { readonly op: 'redo' }
  | { readonly op: 'goto'; readonly revision: number }
  | { readonly op: 'restore'; readonly name: string }
  /** Empties the variables; files and kv stay. */
  | { readonly op: 'reset' };

/** Promises reject with an Error whose message a person can act on. */
export interface HistoryView {
  /** The newest revisions that are kept, at most `limit`. */
  list(limit: number): Promise<History>;
  /** Makes the state of another revision the session's, as a new revision. */
  move(move: Move): Promise<Moved>;
  /** Empties the variables and runs the recorded inputs again; with `from`, those from that input on, as they are. */
  replay(from: number | null): Promise<Replayed>;
  /**
   * Names the newest revision, which is kept from then on. Resolves with its number. Another one keeps that name, and this
   * rejects, unless it is to move (`force`).
   */
  checkpoint(name: string, force: boolean): Promise<number>;
  /** What changed from one revision to another; `to` is null for the newest one. */
  difference(from: number, to: number | null): Promise<Difference>;
  /** Makes a session with everything that this one has, or had at revision `at`. */
  fork(to: string, at: number | null): Promise<void>;
}

interface HistoryRequest {
  readonly query?: Readonly<Record<string, string>>;
  /** Makes it a POST; sent as JSON. */
  readonly json?: object;
}

/** Sends a request to the server's REST surface. Resolves with the JSON of its answer, which has the shape of `schema`. */
export type Ask = <Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  request: HistoryRequest,
) => Promise<v.InferOutput<Schema>>;

export class SessionHistory implements HistoryView {
  readonly #ask: Ask;
  readonly #session: string;
  readonly #terminal: string;

  /** `terminal` is the name by which others are told who did something. */
  constructor(ask: Ask, session: string, terminal: string) {
    this.#ask = ask;
    this.#terminal = terminal;
    this.#session = `/v1/sessions/${encodeURIComponent(session)}`;
  }

  list(limit: number): Promise<History> {
    return this.#ask(`${this.#session}/history`, historySchema, { query: { limit: String(limit) } });
  }

  move(move: Move): Promise<Moved> {
    return this.#ask(`${this.#session}/history`, movedSchema, { json: { ...move, terminal: this.#terminal } });
  }

  replay(from: number | null): Promise<Replayed> {
    const json = { op: 'replay', ...(from === null ? {} : { from }), terminal: this.#terminal };
    return this.#ask(`${this.#session}/history`, replayedSchema, { json });
  }

  async checkpoint(name: string, force: boolean): Promise<number> {
    const json = { op: 'checkpoint', name, ...(force ? { force } : {}) };
    return (await this.#ask(`${this.#session}/history`, checkpointSchema, { json })).revision;
  }

  async difference(from: number, to: number | null): Promise<Difference> {
    const end = to ?? (await this.list(1)).entries[0]?.revision ?? 0;
    const query = { from: String(from), to: String(end) };
    return this.#ask(`${this.#session}/history`, differenceSchema, { query });
  }

  async fork(to: string, at: number | null): Promise<void> {
    await this.#ask(`${this.#session}/fork`, forkSchema, { json: at === null ? { to } : { to, at } });
  }
}
