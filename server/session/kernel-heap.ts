/** How one kernel's heap is kept: loaded for a boot, captured for a commit, its chain of deltas cut now and then. */

import type { Kernel, KernelFactory, StoredHeap } from '../kernels/kernel.ts';
import type { HeapCommit, SessionStore } from './store.ts';

/** A chain of this many deltas is cut by a keyframe when the kernel is idle, and at once at the second figure. */
const KEYFRAME_WHEN_IDLE = 32;
const KEYFRAME_AT_ONCE = 256;

export class KernelHeap {
  readonly #store: SessionStore;
  readonly #name: KernelFactory['name'];

  constructor(store: SessionStore, name: KernelFactory['name']) {
    this.#store = store;
    this.#name = name;
  }

  /** The heap of the head revision; undefined while the kernel never ran. */
  load(): StoredHeap | undefined {
    const heap = this.#head;
    return heap === null ? undefined : this.#store.heaps.load(heap);
  }

  /** What to commit of a kernel that did something: null when its heap is as it was. */
  capture(kernel: Kernel): HeapCommit | null | 'failed' {
    try {
      const delta = kernel.snapshot();
      if (delta === null) return null;
      const base = this.#head;
      const isLong = base !== null && this.#store.heaps.depth(base) >= KEYFRAME_AT_ONCE;
      const kind = isLong ? 'keyframe' : 'delta';
      return { kernel: this.#name, engine: kernel.engine, kind, bytes: isLong ? kernel.keyframe() : delta };
    } catch {
      return 'failed';
    }
  }

  get isChainLong(): boolean {
    const heap = this.#head;
    return heap !== null && this.#store.heaps.depth(heap) >= KEYFRAME_WHEN_IDLE;
  }

  /** Makes the head revision's heap, which must be `kernel`'s, a keyframe. */
  cutChain(kernel: Kernel): void {
    const heap = this.#head;
    if (heap === null) return;
    const keyframe = kernel.keyframe();
    this.#store.database.transaction(() => this.#store.heaps.rewrite(heap, keyframe));
  }

  get #head(): number | null {
    return this.#store.revisions.head?.heaps[this.#name] ?? null;
  }
}
