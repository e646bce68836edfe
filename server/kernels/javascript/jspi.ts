/**
 * JavaScript Promise Integration, typed: what lets Wasm wait for a promise without unwinding its stack.
 */

type WasmFunction = (...parameters: number[]) => number;

interface PromiseIntegration {
  /** Makes an import that suspends its promising caller while the promise it returned is pending. */
  readonly Suspending: new (
    callback: () => number | Promise<number>,
  ) => WebAssembly.ImportValue;
  /** Makes an export run on a stack of its own, which suspending imports may suspend. */
  promising(exported: WasmFunction): (...parameters: number[]) => Promise<number>;
}

export const promiseIntegration = WebAssembly as unknown as PromiseIntegration;
