/** Calls of the guest's entry points, with values of the host as arguments and results. */

import { JSValueHandle } from 'quickjs-wasi';
import type { BaseImage } from './base-image.ts';
import type { Engine } from './engine.ts';
import { SHARED_INPUT, SHARED_NEXT_TIMER } from './guest/host-calls.ts';
import type { GuestFunction } from './guest-handles.ts';

export type HostValue = string | number | Uint8Array | null | undefined | JSValueHandle;

export class Guest {
  readonly #engine: Engine;
  readonly #handles: ReadonlyMap<string, JSValueHandle>;
  readonly #shared: number;

  /** Of the base snapshot: the heap still has handles and shared numbers at the same addresses. */
  constructor(engine: Engine, { handles, shared }: BaseImage) {
    this.#engine = engine;
    this.#shared = shared;
    // The boxes belong to the heap for ever: as singletons, the handles are never freed.
    const entries = Object.entries(handles).map(
      ([name, box]) => [name, new JSValueHandle(engine.vm, box, true)] as const,
    );
    this.#handles = new Map(entries);
  }

  /** The input that what happens in the guest now belongs to. */
  get input(): number {
    return this.#engine.readNumber(this.#addressOf(SHARED_INPUT));
  }

  set input(number: number) {
    this.#engine.writeNumber(this.#addressOf(SHARED_INPUT), number);
  }

  /** When the next timer is due, in milliseconds since the epoch; -1 if there is none. */
  get nextTimerAt(): number {
    return this.#engine.readNumber(this.#addressOf(SHARED_NEXT_TIMER));
  }

  #addressOf(index: number): number {
    return this.#shared + index * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Calls with the guest able to yield. Throws `GuestThrew` when it is interrupted or out of memory. */
  async call(name: GuestFunction, ...parameters: HostValue[]): Promise<unknown> {
    const handles = parameters.map((parameter) => toHandle(this.#engine, parameter));
    try {
      return takeValue(await this.#engine.call(this.handle(name), ...handles));
    } finally {
      release(parameters, handles);
    }
  }

  /** Calls at once. */
  callNow(name: GuestFunction, ...parameters: HostValue[]): unknown {
    const handles = parameters.map((parameter) => toHandle(this.#engine, parameter));
    try {
      return takeValue(this.#engine.callNow(this.handle(name), ...handles));
    } finally {
      release(parameters, handles);
    }
  }

  /** The function itself; it must not be disposed. */
  handle(name: GuestFunction): JSValueHandle {
    const handle = this.#handles.get(name);
    if (!handle) throw new Error(`the base snapshot has no guest function ${name}`);
    return handle;
  }
}

/** A new handle for a value of the host; a handle stays itself. Throws a string if the guest has no memory for it. */
export function toHandle({ vm }: Engine, value: HostValue | boolean): JSValueHandle {
  if (value instanceof JSValueHandle) return value;
  if (value === null) return vm.null;
  if (value === undefined) return vm.undefined;
  if (typeof value === 'boolean') return value ? vm.true : vm.false;
  if (typeof value === 'number') return vm.newNumber(value);
  const handle = typeof value === 'string' ? vm.newString(value) : vm.newArrayBuffer(value);
  if (vm._getExports().qjs_is_exception(handle.ptr) === 0) return handle;
  vm.getException().dispose();
  throw 'out of memory';
}

/** Strings, numbers and null of the guest; undefined for everything else. Disposes the handle. */
function takeValue(handle: JSValueHandle): unknown {
  try {
    if (handle.isString) return handle.toString();
    if (handle.isNumber) return handle.toNumber();
    return handle.isNull ? null : undefined;
  } finally {
    handle.dispose();
  }
}

function release(parameters: readonly HostValue[], handles: readonly JSValueHandle[]): void {
  for (const [index, handle] of handles.entries()) {
    if (handle !== parameters[index]) handle.dispose();
  }
}
