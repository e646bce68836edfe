/**
 * What a session keeps of its history: the newest revisions up to a number and a size, and every checkpoint. Old ones go
 * in the background, heaps and file contents with them, unless a revision that is kept needs them.
 */

import type { Revision } from './revisions.ts';
import type { SessionStore } from './store.ts';

export interface RetentionLimits {
  readonly revisions: number;
  /** Bytes of heaps, and of contents that the head no longer has. What checkpoints need does not count. */
  readonly bytes: number;
  /** Bytes of large files in R2 that the head no longer has. */
  readonly largeBytes: number;
}

const MiB = 1024 * 1024;
export const RETENTION: RetentionLimits = { revisions: 200, bytes: 64 * MiB, largeBytes: 1024 * MiB };

/** What was let go of: so many revisions, the first and the last of them. */
export interface Pruned {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** How many more than the limit may gather before they go: pruning in batches costs less. */
const SLACK = 50;
/** Sizes are looked at whenever this many revisions were made since the last time. */
const LOOK_EVERY = 20;

export class Retention {
  readonly #store: SessionStore;
  readonly #limits: RetentionLimits;
  /** Revisions that are kept for their names alone, as of the last time they were counted. */
  #named: number;
  #lookedAt = 0;

  constructor(store: SessionStore, limits: RetentionLimits = RETENTION) {
    this.#store = store;
    this.#limits = limits;
    this.#named = store.revisions.checkpoints().length;
  }

  /** Whether there may be something to let go of. Cheap enough to ask after every commit. */
  isDue(): boolean {
    const { revisions } = this.#store;
    if (revisions.count > this.#limits.revisions + this.#named + SLACK) return true;
    if (revisions.next - this.#lookedAt < LOOK_EVERY) return false;
    this.#lookedAt = revisions.next;
    return !this.#fits(revisions.newest(this.#limits.revisions), this.#store.heaps.sizes().keys());
  }

  /**
   * Lets go of what is beyond the limits, and of what no revision needs any more. One transaction; the head and the
   * checkpoints always stay. Null when no revision was beyond them.
   */
  prune(): Pruned | null {
    const { database, revisions, requests, heaps } = this.#store;
    return database.transaction(() => {
      const all = revisions.newest(revisions.count);
      this.#keepContentsOf(all);
      let recent = all.slice(0, this.#limits.revisions);
      while (recent.length > 1 && !this.#fits(recent, heaps.neededBy(heapsOf(recent)))) {
        recent = recent.slice(0, Math.ceil(recent.length / 2));
      }
      const kept = new Map([...recent, ...this.#checkpoints()].map((revision) => [revision.number, revision]));
      this.#named = kept.size - recent.length;
      const gone = all.flatMap(({ number }) => (kept.has(number) ? [] : [number]));
      requests.prune();
      revisions.keepOnly(new Set(kept.keys()));
      this.#keepContentsOf([...kept.values()]);
      const [last, first] = [gone[0], gone.at(-1)];
      return first === undefined || last === undefined ? null : { count: gone.length, first, last };
    });
  }

  #keepContentsOf(kept: readonly Revision[]): void {
    const { heaps, files } = this.#store;
    heaps.keepOnly(heaps.neededBy(heapsOf(kept)));
    files.prune(kept.map(({ number }) => number).sort((a, b) => a - b));
  }

  /** Whether these heaps, as far as checkpoints do not need them, and the former files since the oldest are within the limits. */
  #fits(recent: readonly Revision[], heaps: Iterable<number>): boolean {
    const { bytes, largeBytes } = this.#limits;
    const { heaps: store, files } = this.#store;
    const oldest = recent.at(-1)?.number ?? 0;
    const named = store.neededBy(heapsOf(this.#checkpoints()));
    const sizes = store.sizes();
    const own = [...heaps].filter((heap) => !named.has(heap));
    const heapBytes = own.reduce((sum, heap) => sum + (sizes.get(heap) ?? 0), 0);
    return heapBytes + files.formerBytes(oldest) <= bytes && files.formerLargeBytes(oldest) <= largeBytes;
  }

  #checkpoints(): Revision[] {
    const { revisions } = this.#store;
    return revisions.checkpoints().flatMap(({ revision }) => revisions.get(revision) ?? []);
  }
}

function heapsOf(revisions: Iterable<Revision>): number[] {
  return [...revisions].flatMap(({ heaps }) => Object.values(heaps).filter((heap) => heap !== null));
}
