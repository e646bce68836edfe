/**
 * One kernel in memory and its heap in the store: booted from the head revision when needed, captured for a commit, its
 * chain of deltas cut now and then, given up when other sessions need the room.
 */

import type { Chain } from '../kernels/heap-store.ts';
import type { Kernel, KernelFactory, KernelHost } from '../kernels/kernel.ts';
import type { MemoryBudget, Tenant } from '../memory.ts';
import type { HeapCommit, SessionStore } from './store.ts';

/** A chain of so many deltas, or of so many bytes, is cut by a keyframe: when the kernel is idle, or at once. */
const LONG_WHEN_IDLE: Chain = { depth: 32, bytes: 4 * 1024 * 1024 };
/** History keeps 64 MiB, and the newest revision needs its whole chain. */
const LONG_AT_ONCE: Chain = { depth: 256, bytes: 16 * 1024 * 1024 };

export interface LiveKernelContext {
  readonly store: SessionStore;
  readonly host: KernelHost;
  /** Shared with other sessions. */
  readonly memory: MemoryBudget;
  /** There is no kernel in memory any more. */
  left(): void;
  /** False while the kernel is at work or soon will be. */
  mayLeave(): boolean;
}

export class LiveKernel {
  readonly #context: LiveKernelContext;
  readonly #factory: KernelFactory;
  readonly #tenant: Tenant;
  #kernel: Kernel | null = null;
  /** From when on its timers ran while the store does not know, in milliseconds since the epoch. */
  #since = 0;
  /** A heap that cannot be booted: its engine is gone. */
  #unopenable: number | null = null;

  constructor(context: LiveKernelContext, factory: KernelFactory) {
    this.#context = context;
    this.#factory = factory;
    const bytes = (): number => this.#kernel?.memoryBytes ?? 0;
    this.#tenant = {
      id: Symbol(factory.name),
      get bytes() {
        return bytes();
      },
      leave: () => this.#leave(),
    };
  }

  /** Null while none is in memory. */
  get kernel(): Kernel | null {
    return this.#kernel;
  }

  /** The kernel with the head revision's heap. Throws `EngineGoneError` when the heap is of another engine. */
  async boot(): Promise<Kernel> {
    const { host, memory, store } = this.#context;
    if (this.#kernel === null) {
      memory.makeRoom(this.#factory.bootBytes);
      const heap = this.#head;
      this.#kernel = await this.#factory.boot(host, heap === null ? undefined : store.heaps.load(heap));
      this.#since = host.now();
    }
    memory.use(this.#tenant);
    return this.#kernel;
  }

  /** Whether a kernel with the head revision's heap would have work of its own. */
  get isPending(): boolean {
    const heap = this.#head;
    return heap !== null && heap !== this.#unopenable && this.#context.store.heaps.isPending(heap);
  }

  /** Boots for that work, if the heap opens: why it does not, an input says. */
  async bootPending(): Promise<void> {
    try {
      await this.boot();
    } catch {
      this.#unopenable = this.#head;
    }
  }

  /** Leaves memory with its timers: they keep the time that remains. What it did must be committed. */
  freeze(): void {
    const heap = this.#head;
    const { store, host } = this.#context;
    if (this.#kernel !== null && heap !== null) store.heaps.ranOn(heap, host.now() - this.#since);
    this.drop();
  }

  /** Forgets what is in memory: it is lost, or the head is another one now. */
  drop(): void {
    this.#kernel = null;
    this.#context.left();
  }

  /** What to commit of a kernel that did something: null when its heap is as it was. */
  capture(kernel: Kernel): HeapCommit | null | 'failed' {
    try {
      const delta = kernel.snapshot();
      if (delta === null) return null;
      this.#since = this.#context.host.now();
      const isLong = this.#isLongerThan(LONG_AT_ONCE);
      const kind = isLong ? 'keyframe' : 'delta';
      return {
        kernel: this.#factory.name,
        engine: kernel.engine,
        kind,
        bytes: isLong ? kernel.keyframe() : delta,
        isPending: kernel.hasWork,
      };
    } catch {
      return 'failed';
    }
  }

  get isChainLong(): boolean {
    return this.#kernel !== null && this.#isLongerThan(LONG_WHEN_IDLE);
  }

  #isLongerThan(limit: Chain): boolean {
    const heap = this.#head;
    if (heap === null) return false;
    const { depth, bytes } = this.#context.store.heaps.chain(heap);
    return depth >= limit.depth || bytes >= limit.bytes;
  }

  /** Makes the head revision's heap a keyframe. */
  cutChain(): void {
    const heap = this.#head;
    const { heaps, database } = this.#context.store;
    if (heap === null || this.#kernel === null) return;
    const keyframe = this.#kernel.keyframe();
    database.transaction(() => heaps.rewrite(heap, keyframe));
  }

  #leave(): boolean {
    if (!this.#context.mayLeave()) return false;
    this.drop();
    return true;
  }

  get #head(): number | null {
    return this.#context.store.revisions.head?.heaps[this.#factory.name] ?? null;
  }
}
