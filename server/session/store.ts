/** Everything a session keeps, opened together, and the one way to commit to it. */

import type { EventBody, LogEvent } from '../../protocol/events.ts';
import type { Database } from '../database.ts';
import type { FileChange } from '../files/file-commit.ts';
import { FileStore } from '../files/file-store.ts';
import type { Committed as CommittedFiles, Overlay } from '../files/overlay.ts';
import { HeapStore } from '../kernels/heap-store.ts';
import type { KernelName } from '../kernels/kernel.ts';
import { Log, type LogEntry } from './log.ts';
import { NetworkStore } from './network.ts';
import type { Recorded } from './replay.ts';
import { RequestStore } from './requests.ts';
import { type Origin, type Revision, type RevisionCause, RevisionStore } from './revisions.ts';
import { migrate } from './schema.ts';

/** Paths have up to 1 KiB and a row of the log up to 2 MB. */
const CHANGES_PER_EVENT = 1000;
/** Names in the notice that some things were changed by two at once. */
const NAMED_CONFLICTS = 10;

/** A heap to commit: a delta against the kernel's heap in the head revision, or a keyframe. */
export interface HeapCommit {
  readonly kernel: KernelName;
  readonly engine: string;
  readonly kind: 'delta' | 'keyframe';
  readonly bytes: Uint8Array;
  /** Whether a kernel booted from it has work of its own. */
  readonly isPending: boolean;
}

/** A heap of another session: its chain, keyframe first. */
export interface ForkedHeap {
  readonly kernel: KernelName;
  readonly engine: string;
  readonly isPending: boolean;
  readonly ran: number;
  readonly deltas: readonly Uint8Array[];
}

/** What a fork begins with, beside its files and keys. */
export interface ForkedState extends Recorded {
  readonly heaps: readonly ForkedHeap[];
}

/** What can change files. */
type FilesCause = Exclude<RevisionCause, 'reset'>;

export interface Commit {
  readonly cause: FilesCause;
  /** Number of the input or program, null for a terminal's own doing. */
  readonly causeNumber: number | null;
  readonly at: number;
  /** How long the input ran. */
  readonly milliseconds?: number;
  readonly heap?: HeapCommit;
  readonly overlay?: Overlay;
  /** Stores the beginning of what is committed, in the same transaction. False if that was done before. */
  readonly begin?: () => boolean;
  /** The event that ends what is committed, in the same transaction. */
  readonly end?: (revision: number) => LogEvent;
}

/** What a commit made: the events that tell of it are for the caller to broadcast. */
export interface Committed {
  readonly revision: Revision;
  readonly entries: readonly LogEntry[];
}

export class SessionStore {
  readonly database: Database;
  readonly log: Log;
  readonly requests: RequestStore;
  readonly revisions: RevisionStore;
  readonly heaps: HeapStore;
  /** By program: what people were told of that others had changed as well. */
  readonly #toldConflicts = new Map<number, Set<string>>();
  readonly files: FileStore;
  readonly network: NetworkStore;

  /** Opens or creates a session. `newEpoch` names its log if it is new. */
  constructor(database: Database, newEpoch: () => string, now: () => number) {
    migrate(database);
    this.database = database;
    this.log = new Log(database, newEpoch);
    this.requests = new RequestStore(database);
    this.revisions = new RevisionStore(database);
    this.heaps = new HeapStore(database);
    this.files = new FileStore(database, now);
    this.network = new NetworkStore(database);
  }

  /**
   * Makes one revision in one transaction: heap, files, kv and the events that tell of it. Null, and no revision, when
   * nothing changed and nothing ends. If it throws, nothing is kept, and this object must be dropped for a new one.
   */
  commit(commit: Commit): Committed | null {
    return this.database.transaction(() => this.#commit(commit));
  }

  /**
   * Puts the end of a program into the log, and what it changed, if it changed anything, into a revision: one
   * transaction. `exit` null: the log tells nothing of it. Returns what to broadcast.
   */
  endProgram(program: number, at: number, overlay: Overlay | null, exit: LogEvent | null): readonly LogEntry[] {
    return this.database.transaction(() => {
      const commit = { cause: 'program', causeNumber: program, at } as const;
      const committed = overlay === null ? null : this.#commit({ ...commit, overlay });
      this.requests.close('program', program);
      this.#toldConflicts.delete(program);
      return [...(committed?.entries ?? []), ...(exit === null ? [] : [this.log.append(exit)])];
    });
  }

  #commit(commit: Commit): Committed | null {
    const { cause, causeNumber, at, milliseconds, heap, overlay, begin, end } = commit;
    const number = this.revisions.next;
    const written = overlay?.commit(number);
    const isChanged = heap !== undefined || (written !== undefined && written.changes.length + written.keys.length > 0);
    if (!isChanged && end === undefined) return null;
    const isBegun = begin?.() ?? false;
    const heaps = heap === undefined ? {} : { [heap.kernel]: this.#appendHeap(heap) };
    const revision = this.revisions.append({
      cause,
      causeNumber,
      at,
      heaps,
      ...(milliseconds === undefined ? {} : { milliseconds }),
    });
    const events: LogEvent[] = [];
    if (written !== undefined) events.push(...filesEvents(commit, number, written.changes));
    if (written !== undefined) events.push(...this.#conflictEvents(commit, written.conflicts));
    if (end !== undefined) events.push(end(number));
    if (end !== undefined && causeNumber !== null && cause === 'input' && !isBegun) {
      this.requests.close('input', causeNumber);
    }
    return { revision, entries: events.map((event) => this.log.append(event)) };
  }

  /**
   * Makes a revision that is the state of `target` once more: heaps, files and kv. `target` null: the empty state before
   * the first revision. Returns what to broadcast.
   */
  restore(target: Revision | null, at: number, origin: Origin): Committed {
    return this.database.transaction(() => {
      const restored = target?.number ?? 0;
      const number = this.revisions.next;
      const changes = this.files.restore(restored, number);
      const heaps = target?.heaps ?? { javascript: null, python: null };
      const revision = this.revisions.append({ cause: 'restore', causeNumber: null, at, restored, heaps, origin });
      const events = filesEvents({ cause: 'restore', causeNumber: restored, at }, number, changes);
      events.push(restoredEvent(revision, restored, origin));
      return { revision, entries: events.map((event) => this.log.append(event)) };
    });
  }

  /** Makes a revision whose heaps are as new; files and kv stay. */
  reset(at: number, origin: Origin): Committed {
    return this.database.transaction(() => {
      const heaps = { javascript: null, python: null };
      const revision = this.revisions.append({ cause: 'reset', causeNumber: null, at, heaps, origin });
      return { revision, entries: [this.log.append(restoredEvent(revision, 0, origin))] };
    });
  }

  /** Makes the first revision of a forked session: an overlay with its files and kv, its heaps and its recorded inputs. */
  commitFork(overlay: Overlay, forked: ForkedState, at: number, notice: string): readonly LogEntry[] {
    const { heaps, inputs, isWhole } = forked;
    return this.database.transaction(() => {
      const number = this.revisions.next;
      const { changes } = overlay.commit(number);
      const stored = heaps.map(({ kernel, engine, isPending, ran, deltas }) => {
        const append = (base: number | null, delta: Uint8Array) => this.heaps.append(engine, base, delta, isPending);
        const heap = deltas.reduce<number | null>(append, null);
        if (heap !== null) this.heaps.ranOn(heap, ran);
        return [kernel, heap] as const;
      });
      for (const { number, language, code } of inputs) this.requests.recordForked(number, language, code);
      this.revisions.rememberSource({ inputs: inputs.map(({ number }) => number), isWhole });
      this.revisions.append({ cause: 'fork', causeNumber: null, at, heaps: Object.fromEntries(stored) });
      const events = filesEvents({ cause: 'fork', causeNumber: null, at }, number, changes);
      events.push({ name: 'notice', body: { at, level: 'info', text: notice, cause: null } });
      return events.map((event) => this.log.append(event));
    });
  }

  /** Of a program that commits as it runs, each name is told once. */
  #conflictEvents({ cause, causeNumber, at }: Commit, { paths, keys }: CommittedFiles['conflicts']): LogEvent[] {
    const isNumbered = causeNumber !== null && (cause === 'program' || cause === 'input');
    const told = (cause === 'program' && this.#toldConflicts.get(causeNumber ?? 0)) || new Set<string>();
    const names = [...paths, ...keys.map((key) => `kv ${JSON.stringify(key)}`)].filter((name) => !told.has(name));
    if (names.length === 0) return [];
    for (const name of names) told.add(name);
    if (cause === 'program') this.#toldConflicts.set(causeNumber ?? 0, told);
    const who = isNumbered ? ` by ${cause} ${causeNumber}` : '';
    const more = names.length > NAMED_CONFLICTS ? ` and ${names.length - NAMED_CONFLICTS} more` : '';
    const text = `Changed by two at once; the later write${who} won: ${names.slice(0, NAMED_CONFLICTS).join(', ')}${more}`;
    return [{ name: 'notice', body: { at, level: 'warning', text, cause: isNumbered ? [cause, causeNumber] : null } }];
  }

  #appendHeap({ kernel, engine, kind, bytes, isPending }: HeapCommit): number {
    const base = kind === 'keyframe' ? null : (this.revisions.head?.heaps[kernel] ?? null);
    return this.heaps.append(engine, base, bytes, isPending);
  }
}

function restoredEvent({ number, at }: Revision, target: number, { how, checkpoint, terminal }: Origin): LogEvent {
  return { name: 'restored', body: { at, revision: number, target, how, name: checkpoint, terminal } };
}

/** Several events when one would not fit a row of the log. */
function filesEvents(
  { cause, causeNumber, at }: { cause: FilesCause; causeNumber: number | null; at: number },
  revision: number,
  all: readonly FileChange[],
): LogEvent[] {
  const events: LogEvent[] = [];
  for (let from = 0; from < all.length; from += CHANGES_PER_EVENT) {
    const changes = all.slice(from, from + CHANGES_PER_EVENT).map(changeEntry);
    events.push({ name: 'files', body: { at, revision, cause: [cause, causeNumber ?? 0], changes } });
  }
  return events;
}

function changeEntry({ path, change, kind, size }: FileChange): EventBody<'files'>['changes'][number] {
  return [path, change === 'removed' ? 'removed' : 'written', kind, size];
}
