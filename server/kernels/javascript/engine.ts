/**
 * One QuickJS instance that can be preempted, interrupted and stored.
 *
 * Guest code is entered in two ways. `evaluate`, `call` and `runJob` run on a stack of their own (JSPI): at its polls
 * the guest lets everything else in the isolate run. `callNow` runs at once and cannot yield; it is for the host's short
 * questions. Only one entry may be under way at a time, and nothing else may touch the instance until it has ended.
 */

import { EvalFlags, type HostFunction, JSValueHandle, QuickJS, type Snapshot } from 'quickjs-wasi';
import { type EngineOptions, prepareInstance, withoutHostStack } from './engine-options.ts';
import { promiseIntegration } from './jspi.ts';
import { Polls } from './polls.ts';
import { markWritten } from './write-marks.ts';

/** The instance is broken: it must be discarded. */
export class EngineTrap extends Error {
  override readonly name = 'EngineTrap';
}

/** A value thrown by the guest. `handle` is the catcher's to dispose. */
export class GuestThrew extends Error {
  override readonly name = 'GuestThrew';
  readonly handle: JSValueHandle;
  constructor(handle: JSValueHandle) {
    super('the guest threw a value');
    this.handle = handle;
  }
}

type Exports = ReturnType<QuickJS['_getExports']>;

export class Engine {
  readonly vm: QuickJS;
  readonly polls: Polls;
  readonly #exports: Exports;
  readonly #suspendable: WebAssembly.Global;
  #isOnOwnStack = false;
  /** quickjs-wasi copies what a host function returns and leaves the handle to us. */
  #lastResult: JSValueHandle | null = null;
  readonly #promisingEval: (...parameters: number[]) => Promise<number>;
  readonly #promisingCall: (...parameters: number[]) => Promise<number>;
  readonly #promisingJob: (...parameters: number[]) => Promise<number>;

  private constructor(vm: QuickJS, polls: Polls, suspendable: WebAssembly.Global) {
    this.vm = vm;
    this.polls = polls;
    this.#exports = vm._getExports();
    this.#suspendable = suspendable;
    this.#promisingEval = promiseIntegration.promising(this.#exports.qjs_eval);
    this.#promisingCall = promiseIntegration.promising(this.#exports.qjs_call);
    this.#promisingJob = promiseIntegration.promising(this.#exports.qjs_execute_pending_job);
  }

  /** A new instance with nothing in it but the language and the extensions. */
  static async create(options: EngineOptions): Promise<Engine> {
    const polls = new Polls(options.yieldControl, options.now);
    const { quickJsOptions, suspendable } = prepareInstance(options, polls);
    return new Engine(await QuickJS.create(quickJsOptions), polls, suspendable);
  }

  /** An instance that goes on where the snapshot was taken. The snapshot's memory is copied. */
  static async restore(snapshot: Snapshot, options: EngineOptions): Promise<Engine> {
    const polls = new Polls(options.yieldControl, options.now);
    const { quickJsOptions, suspendable } = prepareInstance(options, polls);
    return new Engine(await QuickJS.restore(snapshot, quickJsOptions), polls, suspendable);
  }

  /** Whether the guest's next poll can wait. */
  get canWait(): boolean {
    return this.#isOnOwnStack;
  }

  /** The live linear memory. */
  get wasmMemory(): WebAssembly.Memory {
    return this.#exports.memory;
  }

  /** The bytes of the live linear memory. Growth replaces them: do not keep them across an entry. */
  get memory(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  /** A number (f64) of the heap. */
  readNumber(address: number): number {
    return new DataView(this.#exports.memory.buffer).getFloat64(address, true);
  }

  writeNumber(address: number, value: number): void {
    new DataView(this.#exports.memory.buffer).setFloat64(address, value, true);
    markWritten(this.memory, address, Float64Array.BYTES_PER_ELEMENT);
  }

  /** Everything below this address is stack, dead while nothing is entered. */
  get stackPointer(): number {
    return Number(this.#exports.__stack_pointer.value);
  }

  /** Makes a host function callable under `name`, also by functions in a restored heap. Its result becomes the engine's. */
  registerHostFunction(name: string, callback: HostFunction): void {
    const engine = this;
    this.vm.registerHostCallback(name, function (...parameters) {
      engine.#releaseResult();
      const result = engine.#plainly(() => withoutHostStack(() => callback.apply(this, parameters)));
      engine.#lastResult = result;
      return result;
    });
  }

  /** A function of the guest that calls `callback`, as those of `registerHostFunction`. `name` is its own. */
  newHostFunction(name: string, callback: HostFunction): JSValueHandle {
    const handle = this.vm.newFunction(name, callback);
    this.registerHostFunction(name, callback);
    return handle;
  }

  /**
   * Evaluates a script with top-level await; its let, const and class bindings stay. Resolves with a promise of the
   * guest for `{value}`, the completion value. Throws `GuestThrew` for what does not compile.
   */
  async evaluate(source: string, filename: string): Promise<JSValueHandle> {
    const code = this.vm._writeString(source);
    const name = this.vm._writeString(filename);
    const result = await this.#enter(() => this.#promisingEval(code.ptr, code.len, name.ptr, EvalFlags.ASYNC));
    this.#exports.wasm_free(code.ptr);
    this.#exports.wasm_free(name.ptr);
    return this.#checked(result);
  }

  /** Calls a guest function. Throws `GuestThrew`. The result is the caller's to dispose. */
  async call(callee: JSValueHandle, ...parameters: JSValueHandle[]): Promise<JSValueHandle> {
    const list = this.#writeParameters(parameters);
    const receiver = this.vm.undefined;
    const result = await this.#enter(() => this.#promisingCall(callee.ptr, receiver.ptr, parameters.length, list));
    this.#exports.wasm_free(list);
    return this.#checked(result);
  }

  /** As `call`, but at once: with little fuel and without yielding. */
  callNow(callee: JSValueHandle, ...parameters: JSValueHandle[]): JSValueHandle {
    const list = this.#writeParameters(parameters);
    this.polls.beginPlain();
    const result = this.#plainly(() =>
      this.#exports.qjs_call(callee.ptr, this.vm.undefined.ptr, parameters.length, list),
    );
    this.#exports.wasm_free(list);
    return this.#checked(result);
  }

  get hasJobs(): boolean {
    return this.#exports.qjs_is_job_pending() !== 0;
  }

  /** Runs one job of the queue. False if it was interrupted. */
  async runJob(): Promise<boolean> {
    const result = await this.#enter(() => this.#promisingJob());
    if (result >= 0) return true;
    this.vm.getException().dispose();
    return false;
  }

  /** The state of a promise of the guest, read without running any of its code. */
  promiseState(promise: JSValueHandle): 'pending' | 'fulfilled' | 'rejected' {
    const state = this.#exports.qjs_promise_state(promise.ptr);
    return state === 1 ? 'fulfilled' : state === 2 ? 'rejected' : 'pending';
  }

  /** The value or reason of a settled promise; the caller's to dispose. */
  promiseResult(promise: JSValueHandle): JSValueHandle {
    return new JSValueHandle(this.vm, this.#exports.qjs_promise_result(promise.ptr));
  }

  /** Enters the guest on a stack of its own. Whatever comes out of Wasm as an exception leaves the instance broken. */
  async #enter(run: () => Promise<number>): Promise<number> {
    this.#suspendable.value = 1;
    this.#isOnOwnStack = true;
    try {
      return await run();
    } catch (error) {
      throw new EngineTrap(error instanceof Error ? error.message : String(error));
    } finally {
      this.#suspendable.value = 0;
      this.#isOnOwnStack = false;
    }
  }

  /** Runs `action` with polls that do not suspend: there are host frames on the stack. */
  #plainly<T>(action: () => T): T {
    const before: unknown = this.#suspendable.value;
    this.#suspendable.value = 0;
    try {
      return action();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw new EngineTrap(error.message);
      throw error;
    } finally {
      this.#suspendable.value = before;
    }
  }

  #releaseResult(): void {
    this.#lastResult?.dispose();
    this.#lastResult = null;
  }

  #writeParameters(parameters: readonly JSValueHandle[]): number {
    const list = this.#exports.wasm_malloc(4 * Math.max(1, parameters.length));
    if (list === 0) throw new EngineTrap('the instance has no memory left');
    const view = new Uint32Array(this.#exports.memory.buffer, list, parameters.length);
    for (const [index, parameter] of parameters.entries()) view[index] = parameter.ptr;
    return list;
  }

  #checked(result: number): JSValueHandle {
    this.#releaseResult();
    const handle = new JSValueHandle(this.vm, result);
    if (this.#exports.qjs_is_exception(result) === 0) return handle;
    handle.dispose();
    throw new GuestThrew(this.vm.getException());
  }
}
