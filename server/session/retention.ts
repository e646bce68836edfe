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
}

export const RETENTION: RetentionLimits = { revisions: 200, bytes: 64 * 1024 * 1024 };

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
    return this.#bytesOf(revisions.newest(this.#limits.revisions)) > this.#limits.bytes;
  }

  /** Lets go of what is beyond the limits. One transaction; the head and the checkpoints always stay. */
  prune(): void {
    const { database, revisions, heaps, files } = this.#store;
    let recent = revisions.newest(this.#limits.revisions);
    while (recent.length > 1 && this.#bytesOf(recent) > this.#limits.bytes) {
      recent = recent.slice(0, Math.ceil(recent.length / 2));
    }
    const kept = new Map([...recent, ...this.#checkpoints()].map((revision) => [revision.number, revision]));
    this.#named = kept.size - recent.length;
    database.transaction(() => {
      revisions.keepOnly(new Set(kept.keys()));
      heaps.keepOnly(heaps.neededBy(heapsOf(kept.values())));
      files.prune([...kept.keys()].sort((a, b) => a - b));
    });
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
