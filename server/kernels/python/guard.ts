/**
 * What Python may do to JavaScript objects: call the host's functions and wait for their promises. Nothing else. The
 * guard stands in the layer through which every reference goes, so that no way around it exists in Python.
 */

import type { ObjectGuard } from './glue.ts';

export type HostFunction = (...parameters: unknown[]) => unknown;

/** What a host function throws for the guest to read. Anything else that it throws is a bug of ours and reads "internal error". */
export class HostError extends Error {
  override readonly name = 'HostError';
}

class Refused extends Error {
  override readonly name = 'TypeError';
}

/** Stands for everything that is out of reach. */
const NOTHING = Object.freeze(Object.create(null));

export class Guard implements ObjectGuard {
  /** A null-prototype object of null-prototype functions: what Python sees of the host. */
  readonly host: Readonly<Record<string, HostFunction>>;
  /** True while Pyodide itself starts, before any code of a guest: reading and calling is allowed then. */
  isOpen = false;
  readonly #own = new WeakSet<object>();
  #suspension: Promise<number> | null = null;
  #outcome: { readonly value: unknown } | { readonly error: unknown } | null = null;
  readonly #errors = new WeakSet<object>();
  #lent: Uint8Array<ArrayBuffer> | null = null;

  readonly #wait: (work: Promise<unknown>) => Promise<unknown>;

  /** @param wait stands around the work of the functions that take time */
  constructor(
    functions: Readonly<Record<string, HostFunction>>,
    wait: (work: Promise<unknown>) => Promise<unknown> = (work) => work,
  ) {
    this.#wait = wait;
    const host: Record<string, HostFunction> = Object.create(null);
    for (const [name, implementation] of Object.entries(functions)) host[name] = this.#membrane(implementation);
    host.outcome = this.#membrane(() => this.#takeOutcome());
    this.host = Object.freeze(host);
    this.#own.add(this.host);
  }

  get(object: object, name: string): unknown {
    if (this.#own.has(object)) return Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
    if (this.#errors.has(object) && (name === 'name' || name === 'message')) return Reflect.get(object, name);
    return this.isOpen ? Reflect.get(object, name) : undefined;
  }

  set(object: object, name: string, value: unknown): void {
    if (!this.isOpen) this.refuse();
    Reflect.set(object, name, value);
  }

  names(object: object): string[] {
    return object === this.host ? Object.keys(object) : [];
  }

  call(callee: unknown, parameters: unknown[]): unknown {
    if (typeof callee !== 'function' || !(this.isOpen || this.#own.has(callee))) this.refuse();
    return Reflect.apply(callee, undefined, parameters);
  }

  callMethod(object: object, name: string, parameters: unknown[]): unknown {
    return this.call(this.get(object, name), parameters);
  }

  /** What `poll` waits for: the work that was begun last. */
  suspend(): Promise<number> {
    return this.#suspension ?? Promise.resolve(0);
  }

  wait(value: unknown): unknown {
    if (value !== this.#suspension) this.refuse();
    return value;
  }

  confine(): void {
    if (!this.isOpen) this.refuse();
  }

  known(objects: readonly unknown[]): readonly unknown[] {
    return this.isOpen ? objects : objects.map((object) => (object === null ? null : NOTHING));
  }

  refuse(): never {
    throw this.#readable(new Refused('JavaScript objects are out of reach'));
  }

  /** Own and frozen, without a prototype that would lead anywhere; failures lose their stack. */
  #membrane(implementation: HostFunction): HostFunction {
    const callable = (...parameters: unknown[]): unknown => {
      try {
        const result = implementation(...parameters);
        return result instanceof Promise ? this.#begin(result) : this.#lend(result);
      } catch (error) {
        return this.#fail(error);
      }
    };
    Object.setPrototypeOf(callable, null);
    this.#own.add(callable);
    return Object.freeze(callable);
  }

  /** The guest then waits by `poll` and asks for the `outcome`. */
  #begin(work: Promise<unknown>): undefined {
    this.#outcome = null;
    this.#suspension = this.#wait(work).then(
      (value) => {
        this.#outcome = { value };
        return 0;
      },
      (error: unknown) => {
        this.#outcome = { error };
        return 0;
      },
    );
  }

  /** What came of the work that was begun last. */
  #takeOutcome(): unknown {
    const outcome = this.#outcome;
    this.#outcome = null;
    this.#suspension = null;
    if (outcome === null) throw new HostError('nothing was waited for');
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** Bytes that Python is given it copies at once. They are taken from it with the next: what it held would not be counted. */
  #lend(result: unknown): unknown {
    if (!(result instanceof Uint8Array)) return result;
    if (this.#lent) structuredClone(this.#lent.buffer, { transfer: [this.#lent.buffer] });
    this.#lent = new Uint8Array(result);
    return this.#lent;
  }

  #fail(error: unknown): never {
    throw this.#readable(new HostError(error instanceof HostError ? error.message : 'internal error'));
  }

  #readable<T extends Error>(error: T): T {
    Object.defineProperty(error, 'stack', { value: '' });
    this.#errors.add(error);
    return error;
  }
}
