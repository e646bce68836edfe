/**
 * Timers, as Node's. Due times are absolute, so that they lie in the heap like any other state; the host runs them one
 * by one, with the pending jobs in between.
 */

import { host } from '../core/host.ts';
import { defineGlobals, nameAll, state } from '../core/state.ts';
import { reportUncaught } from '../print/render.ts';

type Callback = (...parameters: unknown[]) => unknown;

const LONGEST = 2 ** 31 - 1;
const armed = new Map<number, Timeout>();
let lastId = 0;
let lastOrder = 0;

function checked(callback: unknown): Callback {
  if (typeof callback === 'function') return callback as Callback;
  const error = new TypeError(`The "callback" argument must be of type function. Received ${typeof callback}`);
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** Node's rounding: what is no usable delay counts as 1 ms. */
function delayOf(delay: unknown): number {
  const milliseconds = Number(delay);
  return milliseconds >= 1 && milliseconds <= LONGEST ? Math.trunc(milliseconds) : 1;
}

/** What `setTimeout`, `setInterval` and `setImmediate` return. */
class Timeout {
  readonly #id = ++lastId;
  readonly #input = state.input;
  readonly #callback: Callback;
  readonly #parameters: unknown[];
  readonly #delay: number;
  readonly #repeats: boolean;
  #isReferenced = true;
  #due = 0;
  #order = 0;

  constructor(callback: unknown, delay: number, parameters: unknown[], repeats = false) {
    this.#callback = checked(callback);
    this.#delay = delay;
    this.#parameters = parameters;
    this.#repeats = repeats;
    this.refresh();
  }

  refresh(): this {
    this.#arm(host.now());
    return this;
  }

  close(): this {
    armed.delete(this.#id);
    return this;
  }

  ref(): this {
    this.#isReferenced = true;
    return this;
  }

  unref(): this {
    this.#isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isReferenced;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arm(now: number): void {
    this.#due = now + this.#delay;
    this.#order = ++lastOrder;
    armed.set(this.#id, this);
  }

  #isBefore(other: Timeout): boolean {
    return this.#due === other.#due ? this.#order < other.#order : this.#due < other.#due;
  }

  /** The armed timer whose turn is next. */
  static first(): Timeout | undefined {
    let first: Timeout | undefined;
    for (const timer of armed.values()) {
      if (first === undefined || timer.#isBefore(first)) first = timer;
    }
    return first;
  }

  static get dueOfFirst(): number {
    const first = Timeout.first();
    return first === undefined ? -1 : first.#due;
  }

  static shift(milliseconds: number): void {
    for (const timer of armed.values()) timer.#due += milliseconds;
  }

  /** Calls back if the timer is due, after it left the queue or moved on to its next turn. */
  static runFirst(now: number): number {
    const timer = Timeout.first();
    if (timer === undefined || timer.#due > now) return -1;
    state.input = timer.#input;
    if (timer.#repeats) timer.#arm(now);
    else timer.close();
    try {
      Reflect.apply(timer.#callback, timer, timer.#parameters);
    } catch (error) {
      reportUncaught(error);
    }
    return timer.#input;
  }
}

class Immediate extends Timeout {}

nameAll({ Timeout, Immediate });

function clear(timer: unknown): void {
  if (timer instanceof Timeout) timer.close();
  else if (typeof timer === 'number' || typeof timer === 'string') armed.get(Number(timer))?.close();
}

const functions = {
  setTimeout: (callback: unknown, delay?: unknown, ...parameters: unknown[]) =>
    new Timeout(callback, delayOf(delay), parameters),
  setInterval: (callback: unknown, delay?: unknown, ...parameters: unknown[]) =>
    new Timeout(callback, delayOf(delay), parameters, true),
  setImmediate: (callback: unknown, ...parameters: unknown[]) => new Immediate(callback, 0, parameters),
  clearTimeout: (timer?: unknown) => clear(timer),
  clearInterval: (timer?: unknown) => clear(timer),
  clearImmediate: (timer?: unknown) => clear(timer),
};

/** `node:timers/promises`. */
export const timersPromises = {
  setTimeout: <T>(delay?: number, value?: T) =>
    new Promise<T>((resolve) => functions.setTimeout(resolve, delay, value)),
  setImmediate: <T>(value?: T) => new Promise<T>((resolve) => functions.setImmediate(resolve, value)),
};

export const timers = functions;
export const nextTimerAt = (): number => Timeout.dueOfFirst;
export const runTimer = (now: number): number => Timeout.runFirst(now);
export const shiftTimers = (milliseconds: number): void => Timeout.shift(milliseconds);

defineGlobals(functions);
