/** Going through a session's history: undo, redo, goto, checkpoints, and what there is to see of it. */

import { ProtocolError } from '../../protocol/errors.ts';
import { isName } from '../../protocol/names.ts';
import type { FileChange } from '../files/file-commit.ts';
import { EngineGoneError, type KernelName, type Variable } from '../kernels/kernel.ts';
import type { Clock } from './clock.ts';
import { HistoryGraph } from './history-graph.ts';
import type { SessionHost } from './kernel-slot.ts';
import type { Kernels } from './kernels.ts';
import { LazyOverlay } from './lazy-overlay.ts';
import type { Presence } from './presence.ts';
import type { Previews } from './previews.ts';
import type { Programs } from './programs.ts';
import { inputsToReplay, type Recorded, type Replayed, recordedInputs, replay } from './replay.ts';
import type { Move, Origin, Revision } from './revisions.ts';
import type { Committed, SessionStore } from './store.ts';

export interface TimeTravelContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly kernels: Kernels;
  readonly programs: Programs;
  readonly previews: Previews;
  changed(): void;
  /** The store failed: the session must be opened anew. */
  fatal(error: unknown): void;
  readonly host: SessionHost;
}

/** Where a move led. */
export interface Moved {
  /** The revision that was made. */
  readonly revision: number;
  /** The revision whose state it is; 0 for the empty beginning. */
  readonly target: number;
}

interface HistoryEntry {
  readonly revision: number;
  readonly at: number;
  readonly cause: Revision['cause'];
  /** Number of the input or program. */
  readonly causeNumber: number | null;
  readonly code: string | null;
  readonly milliseconds: number | null;
  /** What its heap takes in the store; 0 when the heap did not change. */
  readonly heapBytes: number;
  /** Paths written or removed. */
  readonly files: number;
  /** One of them; null if there is none. */
  readonly path: string | null;
  readonly restored: number | null;
  /** How it came about and who asked, for the causes `restore` and `reset`. */
  readonly origin: Origin | null;
  readonly isStep: boolean;
  readonly checkpoints: readonly string[];
}

export interface History {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Where undo and redo would lead now. */
  readonly undo: number | null;
  readonly redo: number | null;
  /** The oldest revision that is kept: those before were let go of. Null in a session without any. */
  readonly oldest: number | null;
}

export interface Difference {
  readonly from: number;
  readonly to: number;
  readonly files: readonly FileChange[];
  /** `before` or `after` is null for a variable that came or went. */
  readonly variables: readonly {
    readonly name: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

export class TimeTravel {
  readonly #context: TimeTravelContext;

  constructor(context: TimeTravelContext) {
    this.#context = context;
  }

  /** Settles once no timer or continuation runs: then a move is not in its way. */
  rest(): Promise<void> {
    return this.#context.kernels.rest();
  }

  /**
   * `terminal` is the name of the one that asks, if it is known. Throws `ProtocolError` BUSY while something runs,
   * NOT_FOUND when there is nothing to undo.
   */
  undo(terminal: string | null = null): Moved {
    this.#settle();
    const target = this.#graph().undoTarget();
    if (target === null) throw new ProtocolError('NOT_FOUND', 'There is nothing to undo.');
    return this.#move(target, originOf('undo', terminal));
  }

  redo(terminal: string | null = null): Moved {
    this.#settle();
    const target = this.#graph().redoTarget();
    if (target === null) throw new ProtocolError('NOT_FOUND', 'There is nothing to redo.');
    return this.#move(target, originOf('redo', terminal));
  }

  /** To any kept revision; 0 is the empty beginning. */
  goTo(revision: number, terminal: string | null = null): Moved {
    this.#settle();
    return this.#move(revision, originOf('goto', terminal));
  }

  restoreCheckpoint(name: string, terminal: string | null = null): Moved {
    this.#settle();
    const revision = this.#context.store.revisions.checkpoint(name);
    if (revision === null) throw new ProtocolError('NOT_FOUND', `There is no checkpoint ${JSON.stringify(name)}.`);
    return this.#move(revision, { how: 'restore', checkpoint: name, terminal });
  }

  /** Empties the variables; files and kv stay. A step, which undo takes back. */
  reset(terminal: string | null = null): Moved {
    this.#settle();
    const { store, clock } = this.#context;
    return this.#moved(store.reset(Math.floor(clock.now()), originOf('reset', terminal)), 0);
  }

  /**
   * Empties the variables and runs the recorded inputs again, in their order; all of them, or with `from` those from that
   * input on, and then on the variables as they are. Resolves once they have ended. See replay.ts.
   */
  replay(from: number | null, terminal: string | null = null): Promise<Replayed> {
    this.#settle();
    const { store, clock } = this.#context;
    const inputs = inputsToReplay(this.#context, from);
    if (from === null) this.#moved(store.reset(Math.floor(clock.now()), originOf('replay', terminal)), 0);
    return replay(this.#context, inputs);
  }

  /** The inputs that made the variables of a kept revision; for 0, none. */
  inputsOf(revision: number): Recorded {
    return recordedInputs(this.#context, { of: revision });
  }

  /**
   * Gives the head revision a name, by which it is kept for ever. Returns its number. Throws `ProtocolError` CONFLICT when
   * another revision has that name, unless it is to move (`force`).
   */
  checkpoint(name: string, force: boolean): number {
    if (!isName(name)) {
      throw new ProtocolError(
        'BAD_REQUEST',
        'Checkpoints are named with 1 to 64 letters, digits, dots, underscores and hyphens.',
      );
    }
    this.#settle();
    const { revisions } = this.#context.store;
    if (revisions.head === null)
      throw new ProtocolError('NOT_FOUND', 'There is no revision yet. Evaluate something first.');
    const { number } = revisions.head;
    const named = revisions.checkpoint(name);
    if (named !== null && named !== number && !force) {
      throw new ProtocolError(
        'CONFLICT',
        `Checkpoint ${name} is revision ${named} already. With --force it becomes revision ${number}.`,
      );
    }
    revisions.setCheckpoint(name, number);
    return number;
  }

  history(limit: number): History {
    const { revisions, files, heaps } = this.#context.store;
    const kept = revisions.newest(revisions.count);
    const shown = kept.slice(0, limit);
    const touched = files.touchedSince(shown.at(-1)?.number ?? 0);
    const checkpoints = revisions.checkpoints();
    const sizes = heaps.sizes();
    const graph = this.#graph(kept);
    const entries = shown.map((revision, index): HistoryEntry => {
      const { number, at, cause, causeNumber, milliseconds, restored, origin } = revision;
      return {
        revision: number,
        at,
        cause,
        causeNumber,
        code: this.#codeOf(revision),
        milliseconds,
        heapBytes: restored === null ? heapBytes(revision, kept[index + 1], sizes) : 0,
        files: touched.get(number)?.count ?? 0,
        path: touched.get(number)?.first ?? null,
        restored,
        origin,
        isStep: this.#isStep(revision),
        checkpoints: checkpoints.filter((checkpoint) => checkpoint.revision === number).map(({ name }) => name),
      };
    });
    return { entries, undo: graph.undoTarget(), redo: graph.redoTarget(), oldest: kept.at(-1)?.number ?? null };
  }

  /** What changed from one kept revision to another: files, and variables (those of Python as `py.NAME`). */
  async difference(from: number, to: number): Promise<Difference> {
    const { files } = this.#context.store;
    const [before, after] = [this.#revision(from), this.#revision(to)];
    const changes = files.changes(from, to).map(({ path, change, kind, size }) => ({ path, change, kind, size }));
    const [old, current] = [await this.#variables(before), await this.#variables(after)];
    return { from, to, files: changes, variables: differences(old, current) };
  }

  /** The variables of heaps as they were, looked at in kernels of their own. */
  async #variables(revision: Revision | null): Promise<Variable[]> {
    const { kernels, host, store } = this.#context;
    const all: Variable[] = [];
    const view = new LazyOverlay(store.files);
    try {
      for (const { name, factory } of kernels.all) {
        const heap = revision?.heaps[name] ?? null;
        if (heap === null) continue;
        const kernel = await factory.boot(
          { ...host, fetch: refuseNetwork, files: view.open().files, onBackgroundDue: () => undefined },
          store.heaps.loadWhole(heap),
        );
        const prefix = name === 'python' ? 'py.' : '';
        all.push(...kernel.variables().map((variable) => ({ ...variable, name: `${prefix}${variable.name}` })));
      }
      return all;
    } catch (error) {
      if (!(error instanceof EngineGoneError)) throw error;
      throw new ProtocolError('UNSUPPORTED', `${error.message} Variables on it cannot be compared.`);
    } finally {
      view.discard();
    }
  }

  /** Null is the empty beginning. Throws `ProtocolError` NOT_FOUND for a revision that is not kept. */
  #revision(number: number): Revision | null {
    if (number === 0) return null;
    const revision = this.#context.store.revisions.get(number);
    if (revision !== null) return revision;
    throw new ProtocolError('NOT_FOUND', `Revision ${number} is not kept (any more). See the history.`);
  }

  #graph(kept = this.#context.store.revisions.newest(this.#context.store.revisions.count)): HistoryGraph {
    return new HistoryGraph(
      kept.map((revision) => {
        const { number, parent, restored } = revision;
        return { number, parent, restored, isStep: this.#isStep(revision) };
      }),
    );
  }

  /** Background work is no step, and no input is that only reads and computes. */
  #isStep({ cause, causeNumber }: Revision): boolean {
    if (cause === 'restore' || cause === 'fork' || cause === 'background') return false;
    const input = cause === 'input' && causeNumber !== null ? this.#context.store.requests.input(causeNumber) : null;
    return input === null || !this.#context.kernels.isPure(input.code, input.language);
  }

  #codeOf({ cause, causeNumber }: Revision): string | null {
    if (cause !== 'input' || causeNumber === null) return null;
    return this.#context.store.requests.input(causeNumber)?.code ?? null;
  }

  #move(target: number, origin: Origin): Moved {
    const { store, clock } = this.#context;
    return this.#moved(store.restore(this.#revision(target), Math.floor(clock.now()), origin), target);
  }

  #moved({ revision, entries }: Committed, target: number): Moved {
    const { presence, kernels, changed } = this.#context;
    kernels.reset();
    for (const entry of entries) presence.offer(entry);
    kernels.thaw();
    changed();
    return { revision: revision.number, target };
  }

  /** What runs must end first; what ran in the background becomes a revision. */
  #settle(): void {
    const { kernels, programs, previews } = this.#context;
    if (kernels.isBusy || programs.running.length > 0) {
      throw new ProtocolError('BUSY', 'Something is running in this session. Wait for it to end, or interrupt it.');
    }
    kernels.settle();
    previews.settle();
  }
}

function originOf(how: Move, terminal: string | null): Origin {
  return { how, checkpoint: null, terminal };
}

function differences(before: readonly Variable[], after: readonly Variable[]): Difference['variables'] {
  const old = new Map(before.map(({ name, type, preview }) => [name, `${type} ${preview}`]));
  const current = new Map(after.map(({ name, type, preview }) => [name, `${type} ${preview}`]));
  return [...new Set([...old.keys(), ...current.keys()])]
    .sort()
    .map((name) => ({ name, before: old.get(name) ?? null, after: current.get(name) ?? null }))
    .filter((variable) => variable.before !== variable.after);
}

/** A kernel that is only looked at runs nothing that could ask for it. */
function refuseNetwork(): Promise<never> {
  return Promise.reject(new TypeError('There is no network in the past.'));
}

/** What the heaps take that came with this revision. */
function heapBytes(revision: Revision, before: Revision | undefined, sizes: ReadonlyMap<number, number>): number {
  const names = Object.keys(revision.heaps) as KernelName[];
  const came = names.flatMap((name) => {
    const heap = revision.heaps[name];
    return heap === null || heap === before?.heaps[name] ? [] : [heap];
  });
  return came.reduce((sum, heap) => sum + (sizes.get(heap) ?? 0), 0);
}
