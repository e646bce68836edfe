/** Promises of the guest that were rejected and that nobody has handled yet. */

import type { JSValueHandle } from 'quickjs-wasi';

interface Rejection {
  readonly promise: JSValueHandle;
  readonly reason: JSValueHandle;
}

export class Rejections {
  readonly #open = new Map<number, Rejection>();

  /** QuickJS's notice: `handled` means that a handler came after all. The handles live as long as the call. */
  readonly note = (promise: JSValueHandle, reason: JSValueHandle, handled: boolean): void => {
    const { identity } = promise;
    if (handled) this.#forget(identity);
    else if (!this.#open.has(identity)) this.#open.set(identity, { promise: promise.dup(), reason: reason.dup() });
  };

  /** Takes the oldest one out. Its reason is the caller's to dispose. Leaves out the promise `except`. */
  take(except: JSValueHandle | null): JSValueHandle | null {
    for (const [identity, { promise, reason }] of this.#open) {
      if (identity === except?.identity) continue;
      this.#open.delete(identity);
      promise.dispose();
      return reason;
    }
    return null;
  }

  clear(): void {
    for (const identity of [...this.#open.keys()]) this.#forget(identity);
  }

  #forget(identity: number): void {
    const rejection = this.#open.get(identity);
    if (!rejection) return;
    this.#open.delete(identity);
    rejection.promise.dispose();
    rejection.reason.dispose();
  }
}
