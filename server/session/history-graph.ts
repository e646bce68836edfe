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

/** Where the state before the first revision stands, and what is no longer kept. */
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
    const step = this.#nodes.get(this.#stands(this.#newest[0]));
    if (step === undefined) return null;
    if (step.parent === null) return BEGINNING;
    return this.#nodes.has(step.parent) ? step.parent : null;
  }

  /** The revision whose state redo restores; null when nothing was undone since the last step. */
  redoTarget(): number | null {
    const here = this.#stands(this.#newest[0]);
    for (const node of this.#newest) {
      const next = this.#nextOnTheWay(here, this.#stands(node));
      if (next !== null) return this.#stands(node) === next ? node.number : next;
    }
    return null;
  }

  /** The step at which a revision stands. */
  #stands(node: HistoryNode | undefined): number {
    for (let each = node; each !== undefined; ) {
      if (each.restored !== null) each = this.#nodes.get(each.restored);
      else if (each.isStep) return each.number;
      else each = each.parent === null ? undefined : this.#nodes.get(each.parent);
    }
    return BEGINNING;
  }

  /** The step that follows `from` on the way to `to`; null when `to` does not lie beyond `from`. */
  #nextOnTheWay(from: number, to: number): number | null {
    for (let step = to; step !== BEGINNING; ) {
      const parent = this.#nodes.get(step)?.parent ?? null;
      const before = parent === null ? BEGINNING : this.#stands(this.#nodes.get(parent));
      if (before === from) return step === from ? null : step;
      step = before;
    }
    return null;
  }
}
