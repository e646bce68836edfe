/**
 * What undo and redo mean, as pure functions over the revisions that are kept.
 *
 * History is append-only: going back commits a new revision that restores an old one. The user's steps form a tree in
 * which every revision stands at one step: a step stands at itself, a restoring revision where its target stands, any
 * other one where its parent stands. Undo goes to the state before the step that the head stands at; redo goes forward
 * again along the branch that was left last.
 */

export interface HistoryNode {
  readonly number: number;
  readonly parent: number | null;
  /** The revision whose state this one restored; 0 for the empty state before the first one. */
  readonly restored: number | null;
  /** Whether the user would call it a step: it may have changed something that the user sees. */
  readonly isStep: boolean;
}

/** Where the state before the first revision stands. */
const BEGINNING = 0;

export class HistoryGraph {
  readonly #nodes: ReadonlyMap<number, HistoryNode>;
  /** Newest first. */
  readonly #newest: readonly HistoryNode[];

  /** `nodes` in any order. */
  constructor(nodes: readonly HistoryNode[]) {
    this.#nodes = new Map(nodes.map((node) => [node.number, node]));
    this.#newest = [...nodes].sort((a, b) => b.number - a.number);
  }

  /**
   * The revision whose state undo restores, 0 for the empty state before the first one; null when there is no step to
   * undo or the state before it is no longer kept.
   */
  undoTarget(): number | null {
    const step = this.#nodes.get(this.#standsAt(this.#head));
    if (step === undefined) return null;
    if (step.parent === null) return BEGINNING;
    return this.#nodes.has(step.parent) ? step.parent : null;
  }

  /** The revision whose state redo restores; null when nothing was undone since the last step. */
  redoTarget(): number | null {
    const here = this.#standsAt(this.#head);
    for (const { number } of this.#newest) {
      const end = this.#standsAt(number);
      const next = this.#nextOnTheWay(here, end);
      if (next !== null) return end === next ? number : next;
    }
    return null;
  }

  get #head(): number {
    return this.#newest[0]?.number ?? BEGINNING;
  }

  /** The step at which a revision stands: below zero when only a revision that is no longer kept would tell. */
  #standsAt(revision: number): number {
    for (let at = revision; at !== BEGINNING; ) {
      const node = this.#nodes.get(at);
      if (node === undefined) return -at;
      if (node.restored === null && node.isStep) return at;
      at = node.restored ?? node.parent ?? BEGINNING;
    }
    return BEGINNING;
  }

  /** The step that follows `from` on the way to `to`; null when `to` does not lie beyond `from`. */
  #nextOnTheWay(from: number, to: number): number | null {
    for (let step = to; step > BEGINNING && step !== from; ) {
      const before = this.#standsAt(this.#nodes.get(step)?.parent ?? BEGINNING);
      if (before === from) return step;
      step = before;
    }
    return null;
  }
}
