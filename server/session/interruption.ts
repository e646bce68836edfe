/** Stops one turn of a kernel, whenever the wish comes: before the kernel is up, while it runs, or while it waits. */

import type { Kernel } from '../kernels/kernel.ts';
import type { Clock } from './clock.ts';
import { Signal } from './signal.ts';

export class Interruption {
  readonly #requested = new Signal();
  #isRequested = false;
  #kernel: Kernel | null = null;
  #listener: () => void = () => undefined;

  get isRequested(): boolean {
    return this.#isRequested;
  }

  request(): void {
    this.#isRequested = true;
    this.#kernel?.interrupt();
    this.#listener();
    this.#requested.fire();
  }

  /** Calls `listener` at each request. */
  onRequest(listener: () => void): void {
    this.#listener = listener;
  }

  /** The turn has begun in this kernel. */
  begin(kernel: Kernel): void {
    this.#kernel = kernel;
  }

  /** Requests it after so long, unless `isReached`, which says whether it did, is called before. Null: never. */
  requestAfter(milliseconds: number | null, clock: Clock): { isReached(): boolean } {
    let isReached = false;
    if (milliseconds === null) return { isReached: () => false };
    const cancel = clock.after(milliseconds, () => {
      isReached = true;
      this.request();
    });
    return {
      isReached() {
        cancel();
        return isReached;
      },
    };
  }

  /** Settles with `wait`, or at the request if that comes first. */
  cutShort(wait: Promise<void> | undefined): Promise<void> | undefined {
    if (wait === undefined || this.#isRequested) return undefined;
    return Promise.race([wait, this.#requested.wait()]);
  }
}
