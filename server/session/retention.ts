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
    return !this.#fits(revisions.newest(this.#limits.revisions));
  }

  /**
   * Lets go of what is beyond the limits. One transaction; the head and the checkpoints always stay. Null when nothing
   * was beyond them.
   */
  prune(): Pruned | null {
    const { database, revisions, requests, heaps, files } = this.#store;
    let recent = revisions.newest(this.#limits.revisions);
    while (recent.length > 1 && !this.#fits(recent)) {
      recent = recent.slice(0, Math.ceil(recent.length / 2));
    }
    const kept = new Map([...recent, ...this.#checkpoints()].map((revision) => [revision.number, revision]));
    this.#named = kept.size - recent.length;
    const gone = revisions.newest(revisions.count).flatMap(({ number }) => (kept.has(number) ? [] : [number]));
    database.transaction(() => {
      requests.prune();
      revisions.keepOnly(new Set(kept.keys()));
      heaps.keepOnly(heaps.neededBy(heapsOf(kept.values())));
      files.prune([...kept.keys()].sort((a, b) => a - b));
    });
    const [last, first] = [gone[0], gone.at(-1)];
    return first === undefined || last === undefined ? null : { count: gone.length, first, last };
  }

  #fits(recent: readonly Revision[]): boolean {
    const { bytes, largeBytes } = this.#limits;
    const oldest = recent.at(-1)?.number ?? 0;
    return this.#bytesOf(recent) <= bytes && this.#store.files.formerLargeBytes(oldest) <= largeBytes;
  }

  /** What the newest revisions, `recent`, need and checkpoints do not. */
  #bytesOf(recent: readonly Revision[]): number {
    const { heaps, files } = this.#store;
    const named = heaps.neededBy(heapsOf(this.#checkpoints()));
    const sizes = heaps.sizes();
    const needed = [...heaps.neededBy(heapsOf(recent))].filter((heap) => !named.has(heap));
    const heapBytes = needed.reduce((sum, heap) => sum + (sizes.get(heap) ?? 0), 0);
    return heapBytes + files.formerBytes(recent.at(-1)?.number ?? 0);
  }

  #checkpoints(): Revision[] {
    const { revisions } = this.#store;
    return revisions.checkpoints().flatMap(({ revision }) => revisions.get(revision) ?? []);
  }
}

function heapsOf(revisions: Iterable<Revision>): number[] {
  return [...revisions].flatMap(({ heaps }) => Object.values(heaps).filter((heap) => heap !== null));
}
