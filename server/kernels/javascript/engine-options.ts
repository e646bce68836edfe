/** How a QuickJS instance is set up: its limits, its clock and randomness, and its polls as a suspending import. */

import type { JSValueHandle, QuickJSOptions } from 'quickjs-wasi';
import type { EngineModules } from './engine-modules.ts';
import { promiseIntegration } from './jspi.ts';
import type { Polls } from './polls.ts';
import { markWritten } from './write-marks.ts';

/** Guest allocations beyond this throw a catchable out-of-memory error. */
export const MEMORY_LIMIT_BYTES = 32 * 1024 * 1024;
/** Deeper recursion throws a catchable stack overflow error. */
const STACK_LIMIT_BYTES = 256 * 1024;

export interface EngineOptions {
  readonly modules: EngineModules;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Lets everything else in the isolate run; see `Polls`. */
  readonly yieldControl: () => Promise<void>;
  /** Both functions throw errors whose messages the guest sees. */
  readonly moduleLoader: {
    normalize(base: string, specifier: string): string;
    load(name: string): string;
  };
  /** A promise was rejected without a handler, or (`handled`) got one afterwards. The handles live as long as the call. */
  readonly onRejection: (promise: JSValueHandle, reason: JSValueHandle, handled: boolean) => void;
}

/** Runs host code for the guest: only the message of what it throws crosses, never a stack of the host. */
export function withoutHostStack<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof Error ? error.message : String(error);
  }
}

/**
 * The options for the next instance, and the global of its interrupt switch that says on which kind of stack it runs.
 */
export function prepareInstance(
  options: EngineOptions,
  polls: Polls,
): { quickJsOptions: QuickJSOptions; suspendable: WebAssembly.Global } {
  const { suspendable, poll } = connectPolls(options.modules.interruptSwitch, polls);
  const { moduleLoader } = options;
  return {
    suspendable,
    quickJsOptions: {
      wasm: options.modules.quickjs,
      extensions: options.modules.extensions,
      memoryLimit: MEMORY_LIMIT_BYTES,
      maxStackSize: STACK_LIMIT_BYTES,
      timezoneOffset: 0,
      moduleLoader: {
        normalize: (base, specifier) => withoutHostStack(() => moduleLoader.normalize(base, specifier)),
        load: (name) => withoutHostStack(() => moduleLoader.load(name)),
      },
      onUnhandledRejection: options.onRejection,
      // Makes QuickJS poll; the polls themselves go to the switch.
      interruptHandler: () => false,
      wasi: (memory) => {
        replaceInterruptImport(poll);
        return wasiFunctions(memory, options);
      },
    },
  };
}

function connectPolls(
  module: WebAssembly.Module,
  polls: Polls,
): { suspendable: WebAssembly.Global; poll: WebAssembly.ExportValue } {
  const { exports } = new WebAssembly.Instance(module, {
    host: { suspending: new promiseIntegration.Suspending(() => polls.suspending()), plain: () => polls.plain() },
  });
  const { suspendable, left, poll } = exports;
  if (!(suspendable instanceof WebAssembly.Global) || !(left instanceof WebAssembly.Global) || poll === undefined) {
    throw new Error('the interrupt switch has the wrong exports');
  }
  polls.countWith(left);
  return { suspendable, poll };
}

/**
 * A Wasm stack can suspend only if no JavaScript frame is on it, and quickjs-wasi's own `host_interrupt` is one. It has
 * no option to replace that import, but it calls the `wasi` option in the same synchronous run in which it instantiates
 * the main module: so the next instantiation, and only that one, is given our import.
 */
function replaceInterruptImport(poll: WebAssembly.ExportValue): void {
  const original = WebAssembly.instantiate;
  WebAssembly.instantiate = ((module: WebAssembly.Module, imports: WebAssembly.Imports) => {
    WebAssembly.instantiate = original;
    return original(module, { ...imports, env: { ...imports.env, host_interrupt: poll } });
  }) as typeof WebAssembly.instantiate;
}

const REALTIME_CLOCK = 0;
const MONOTONIC_CLOCK = 1;
const SUCCESS = 0;
const NOT_SUPPORTED = 52;

/** The system calls that decide what a guest sees of time and chance. */
function wasiFunctions(memory: WebAssembly.Memory, options: EngineOptions) {
  return {
    clock_time_get(clock: number, _precision: bigint, result: number): number {
      if (clock !== REALTIME_CLOCK && clock !== MONOTONIC_CLOCK) return NOT_SUPPORTED;
      const nanoseconds = BigInt(Math.round(options.now() * 1e6));
      new DataView(memory.buffer).setBigUint64(result, nanoseconds, true);
      markWritten(new Uint8Array(memory.buffer), result, 8);
      return SUCCESS;
    },
    random_get(address: number, length: number): number {
      new Uint8Array(memory.buffer, address, length).set(options.randomBytes(length));
      markWritten(new Uint8Array(memory.buffer), address, length);
      return SUCCESS;
    },
    /** QuickJS writes here only when it reports its own bugs: a guest must not reach the server's log. */
    fd_write(_descriptor: number, vectors: number, count: number, written: number): number {
      const view = new DataView(memory.buffer);
      let total = 0;
      for (let index = 0; index < count; index += 1) total += view.getUint32(vectors + index * 8 + 4, true);
      view.setUint32(written, total, true);
      markWritten(new Uint8Array(memory.buffer), written, 4);
      return SUCCESS;
    },
  };
}
