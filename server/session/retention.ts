/**
 * What a session keeps of its history: the newest revisions up to a number and a size, and every checkpoint. Old ones go
 * in the background, heaps and file contents with them, unless a revision that is kept needs them.
 */

import type { HeapStore } from '../kernels/heap-store.ts';
import type { Revision } from './revisions.ts';
import type { SessionStore } from './store.ts';

export interface RetentionLimits {
  readonly revisions: number;
  /** Bytes of heap that they may need together. */
  readonly heapBytes: number;
}

export const RETENTION: RetentionLimits = { revisions: 200, heapBytes: 64 * 1024 * 1024 };

/** How many more than the limit may gather before they go: pruning in batches costs less. */
const SLACK = 50;
/** Heap bytes are looked at whenever this many revisions were made since the last time. */
const LOOK_EVERY = 20;

export class Retention {
  readonly #store: SessionStore;
  readonly #limits: RetentionLimits;
  #lookedAt: number;

  constructor(store: SessionStore, limits: RetentionLimits = RETENTION) {
    this.#store = store;
    this.#limits = limits;
    this.#lookedAt = store.revisions.next;
  }

  /** Whether there may be something to let go of. Cheap enough to ask after every commit. */
  isDue(): boolean {
    const { revisions, heaps } = this.#store;
    if (revisions.count > this.#limits.revisions + SLACK) return true;
    if (revisions.next - this.#lookedAt < LOOK_EVERY) return false;
    this.#lookedAt = revisions.next;
    return heaps.totalSize() > this.#limits.heapBytes;
  }

  /** Lets go of what is beyond the limits. One transaction; the head and the checkpoints always stay. */
  prune(): void {
    const { database, revisions, heaps, files } = this.#store;
    const checkpoints = new Set(revisions.checkpoints().map(({ revision }) => revision));
    const all = revisions.newest(revisions.count);
    let recent = this.#limits.revisions;
    let kept = keep(all, recent, checkpoints);
    while (recent > 1 && sizeOf(heaps, kept) > this.#limits.heapBytes) {
      recent = Math.ceil(recent / 2);
      kept = keep(all, recent, checkpoints);
    }
    const numbers = kept.map(({ number }) => number);
    database.transaction(() => {
      revisions.keepOnly(new Set(numbers));
      heaps.keepOnly(heaps.neededBy(heapsOf(kept)));
      files.prune(numbers.sort((a, b) => a - b));
    });
  }
}

function keep(all: readonly Revision[], recent: number, checkpoints: ReadonlySet<number>): Revision[] {
  return all.filter(({ number }, index) => index < recent || checkpoints.has(number));
}

function heapsOf(revisions: readonly Revision[]): number[] {
  return revisions.flatMap(({ heaps }) => Object.values(heaps).filter((heap) => heap !== null));
}

function sizeOf(heaps: HeapStore, revisions: readonly Revision[]): number {
  return [...heaps.neededBy(heapsOf(revisions))].reduce((sum, heap) => sum + heaps.size(heap), 0);
}
