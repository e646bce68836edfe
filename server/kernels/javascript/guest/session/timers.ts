/**
 * Timers, as Node's. Due times are absolute, so that they lie in the heap like any other state; the host runs them one
 * by one, with the pending jobs in between.
 */

import { host } from '../core/host.ts';
import { apply, mapDelete, mapGet, mapSet } from '../core/primordials.ts';
import { defineGlobals, nameAll, shared, state } from '../core/state.ts';
import { SHARED_NEXT_TIMER } from '../host-calls.ts';
import { reportUncaught } from '../print/render.ts';

type Callback = (...parameters: unknown[]) => unknown;

const LONGEST = 2 ** 31 - 1;
const byId = new Map<unknown, unknown>();
let lastId = 0;

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
  #before: Timeout | undefined;
  #after: Timeout | undefined;

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
    if (!mapDelete(byId, this.#id)) return this;
    if (this.#before === undefined) Timeout.#first = this.#after;
    else this.#before.#after = this.#after;
    if (this.#after === undefined) Timeout.#last = this.#before;
    else this.#after.#before = this.#before;
    this.#before = undefined;
    this.#after = undefined;
    Timeout.#tellNext();
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

  /** Puts the timer in the queue: a list in the order of due times, of equal ones in the order of arming. */
  #arm(now: number): void {
    this.close();
    this.#due = now + this.#delay;
    mapSet(byId, this.#id, this);
    let before = Timeout.#last;
    while (before !== undefined && before.#due > this.#due) before = before.#before;
    const after = before === undefined ? Timeout.#first : before.#after;
    this.#before = before;
    this.#after = after;
    if (before === undefined) Timeout.#first = this;
    else before.#after = this;
    if (after === undefined) Timeout.#last = this;
    else after.#before = this;
    Timeout.#tellNext();
  }

  static #first: Timeout | undefined;
  static #last: Timeout | undefined;

  static #tellNext(): void {
    shared[SHARED_NEXT_TIMER] = Timeout.#first === undefined ? -1 : Timeout.#first.#due;
  }

  static shift(milliseconds: number): void {
    for (let timer = Timeout.#first; timer !== undefined; timer = timer.#after) timer.#due += milliseconds;
    Timeout.#tellNext();
  }

  /** Calls back if the timer is due, after it left the queue or moved on to its next turn. */
  static runFirst(now: number): number {
    const timer = Timeout.#first;
    if (timer === undefined || timer.#due > now) return -1;
    state.input = timer.#input;
    if (timer.#repeats) timer.#arm(now);
    else timer.close();
    try {
      apply(timer.#callback, timer, timer.#parameters);
    } catch (error) {
      reportUncaught(error);
    }
    return timer.#input;
  }
}

class Immediate extends Timeout {}

nameAll({ Timeout, Immediate });

function clear(timer: unknown): void {
  const found = typeof timer === 'number' || typeof timer === 'string' ? mapGet(byId, Number(timer)) : timer;
  if (found instanceof Timeout) found.close();
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
export const { runFirst: runTimer, shift: shiftTimers } = Timeout;
for (const internal of ['runFirst', 'shift']) Reflect.deleteProperty(Timeout, internal);

defineGlobals(functions);
