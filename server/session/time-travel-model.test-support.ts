/**
 * What a session's history should be, in the plainest way: every revision with its whole state, and the user's steps as
 * a tree. Knows nothing of rows, chains or deltas.
 */

/** All that a user of a session sees; the closure is a counter that only calls reveal. */
export interface State {
  readonly variables: Readonly<Record<string, number>>;
  readonly closure: number;
  readonly files: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, string>>;
}

/** A change of the user's, and the state of affairs from which it was made. */
interface Step {
  readonly before: Step | null;
  /** The revision that it was made on top of; 0 for the empty beginning. */
  readonly parent: number;
  /** The way that was left last: where redo goes. */
  next: Step | null;
}

export interface ModelRevision {
  readonly number: number;
  readonly state: State;
  /** Where it stands in the tree; null before the first step. */
  readonly step: Step | null;
  readonly isStep: boolean;
  readonly restored: number | null;
  readonly cause: 'input' | 'files' | 'restore';
}

const EMPTY: State = { variables: {}, closure: 0, files: {}, keys: {} };

export class HistoryModel {
  readonly #all: ModelRevision[] = [];
  #kept = new Set<number>();
  #first: Step | null = null;
  readonly checkpoints = new Map<string, number>();

  get head(): number {
    return this.#all.length;
  }

  get state(): State {
    return this.#all.at(-1)?.state ?? EMPTY;
  }

  /** Newest first. */
  get kept(): ModelRevision[] {
    return this.#all.filter(({ number }) => this.#kept.has(number)).reverse();
  }

  isKept(number: number): boolean {
    return number === 0 || this.#kept.has(number);
  }

  /** The revision `number`, kept or not. */
  revision(number: number): Pick<ModelRevision, 'state' | 'step'> {
    return this.#all[number - 1] ?? { state: EMPTY, step: null };
  }

  commit(cause: 'input' | 'files', state: State, isStep: boolean): void {
    const before = this.revision(this.head).step;
    const step = isStep ? { before, parent: this.head, next: null } : before;
    this.#append({ cause, state, step, isStep, restored: null });
  }

  restore(target: number): void {
    const { state, step } = this.revision(target);
    this.#append({ state, step, cause: 'restore', isStep: false, restored: target });
  }

  /** Null: no step, or the revision before it is gone. */
  undoTarget(): number | null {
    const parent = this.revision(this.head).step?.parent ?? null;
    return parent !== null && this.isKept(parent) ? parent : null;
  }

  /** Whether restoring `target` does again what was undone last. */
  isRedo(target: number): boolean {
    const { next } = this.#place(this.revision(this.head).step);
    return next !== null && this.revision(target).step === next;
  }

  /** Some revision by which redo could go on is kept. */
  get canRedo(): boolean {
    return this.kept.some(({ number }) => this.isRedo(number));
  }

  checkpoint(name: string): void {
    this.checkpoints.set(name, this.head);
  }

  prune(recent: number): void {
    const named = new Set(this.checkpoints.values());
    this.#kept = new Set(
      this.kept.filter(({ number }, at) => at < recent || named.has(number)).map(({ number }) => number),
    );
  }

  #append(revision: Omit<ModelRevision, 'number'>): void {
    this.#all.push({ number: this.head + 1, ...revision });
    this.#kept.add(this.head);
    for (let step = revision.step; step !== null; step = step.before) this.#leadTo(step);
  }

  #leadTo(step: Step): void {
    if (step.before === null) this.#first = step;
    else step.before.next = step;
  }

  #place(step: Step | null): { readonly next: Step | null } {
    return step ?? { next: this.#first };
  }
}
