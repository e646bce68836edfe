/** `AbortController` and `AbortSignal`. */

import { defineGlobals } from '../core/state.ts';
import { timers } from '../session/timers.ts';
import { Event, EventTarget } from './events.ts';

const secret = Symbol('signal');

function abortError(): DOMException {
  return new DOMException('This operation was aborted', 'AbortError');
}

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  #onabort: ((event: Event) => void) | null = null;
  /** Signals made by `any` that follow this one. */
  readonly #followers = new Set<AbortSignal>();

  constructor(key?: symbol) {
    if (key !== secret) throw new TypeError('Illegal constructor');
    super();
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get onabort(): ((event: Event) => void) | null {
    return this.#onabort;
  }

  set onabort(listener: unknown) {
    if (this.#onabort !== null) this.removeEventListener('abort', this.#onabort);
    this.#onabort = typeof listener === 'function' ? (listener as (event: Event) => void) : null;
    if (this.#onabort !== null) this.addEventListener('abort', this.#onabort);
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static fire(signal: AbortSignal, reason: unknown = abortError()): void {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason;
    signal.dispatchEvent(new Event('abort'));
    for (const follower of signal.#followers) fire(follower, reason);
    signal.#followers.clear();
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(secret);
    fire(signal, reason);
    return signal;
  }

  static timeout(milliseconds: number): AbortSignal {
    const signal = new AbortSignal(secret);
    const expire = () => fire(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    timers.setTimeout(expire, milliseconds);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const sources = [...signals];
    const aborted = sources.find((source) => source.#aborted);
    if (aborted !== undefined) return AbortSignal.abort(aborted.#reason);
    const signal = new AbortSignal(secret);
    for (const source of sources) source.#followers.add(signal);
    return signal;
  }
}

const { fire } = AbortSignal;
Reflect.deleteProperty(AbortSignal, 'fire');

export class AbortController {
  readonly #signal = new AbortSignal(secret);
  get signal(): AbortSignal {
    return this.#signal;
  }
  abort(reason?: unknown): void {
    fire(this.#signal, reason);
  }
}

for (const [owner, name] of [
  [AbortSignal.prototype, 'AbortSignal'],
  [AbortController.prototype, 'AbortController'],
] as const) {
  Object.defineProperty(owner, Symbol.toStringTag, { value: name, configurable: true });
}

defineGlobals({ AbortController, AbortSignal });
