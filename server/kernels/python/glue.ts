/** The patched glue of Pyodide (build/patch-glue.ts), typed: the little of it that is used. */

import type { EmscriptenFs } from './files/emscripten.ts';
import type { Linker, Linking } from './linker.ts';
import type { Opcodes } from './warm-up.ts';

/** A reference from Python to JavaScript, as it is stored beside the heap. */
export type StoredReference = { readonly host: string } | { readonly lost: string };

/** Pyodide's tables of what Python holds of JavaScript. Opaque but for `hiwireKeys`. */
export interface ReferenceTables {
  readonly hiwireKeys: readonly (null | { readonly serialized?: StoredReference })[];
  readonly immortalKeys: readonly string[];
}

/** The memory of an instance and what belongs to it outside. */
export interface Image {
  readonly memoryBytes: number;
  readonly opcodes: Opcodes;
  /** Writes the memory, which has at least `memoryBytes`; may grow it. Answers what belongs to it. */
  fill(memory: WebAssembly.Memory): Promise<{ readonly tables: ReferenceTables; readonly linking: Linking | null }>;
}

/** Decides what Python may do to JavaScript objects. Methods throw to refuse. */
export interface ObjectGuard {
  /** Undefined for what there is not. */
  get(object: object, name: string): unknown;
  set(object: object, name: string, value: unknown): void;
  names(object: object): string[];
  call(callee: unknown, parameters: unknown[]): unknown;
  callMethod(object: object, name: string, parameters: unknown[]): unknown;
  /** Refuses once code of a guest may run. */
  confine(): void;
  /** The objects that Pyodide keeps at fixed numbers, or what stands for them once code of a guest may run. */
  known(objects: readonly unknown[]): readonly unknown[];
  suspend(): Promise<number>;
  wait(value: unknown): unknown;
  refuse(): never;
}

interface GlueSettings {
  readonly API: GlueApi;
  readonly guard: ObjectGuard;
  readonly linker: Linker;
  readonly maxHeapBytes: number;
  readonly precompiled: {
    readonly trampoline: WebAssembly.Module;
    wrapFunction(callback: unknown, signature: string): unknown;
  };
  readonly noInitialRun: boolean;
  readonly preRun: ((module: PythonModule) => void)[];
  readonly arguments: string[];
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  instantiateWasm(
    imports: { env: Record<string, unknown> },
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}

/** What the glue sees of the platform. */
export interface GlueGlobals {
  readonly Date: DateConstructor;
  readonly crypto: { getRandomValues(view: Uint8Array): Uint8Array };
  readonly performance: { now(): number };
  readonly console: Pick<Console, 'log' | 'warn' | 'error'>;
}

export interface GlueApi {
  readonly config: Record<string, unknown>;
  readonly runtimeEnv: Record<string, boolean>;
  readonly lockFilePromise: Promise<unknown>;
  pyVersionTuple?: readonly number[];
  sitePackages?: string;
  scheduleCallback?: (callback: () => void) => void;
  /** Starts the part that is written in Python; with `tables`, in the heap to which they belong. */
  finalizeBootstrap?(tables?: ReferenceTables, find?: (reference: StoredReference) => unknown): GluePublicApi;
  serializeHiwireState?(describe: (value: unknown) => StoredReference): ReferenceTables;
  initializeStreams?(): void;
  on_fatal?: (error: unknown) => void;
}

interface StreamOptions {
  readonly isatty: boolean;
  write(bytes: Uint8Array): number;
}

export interface GluePublicApi {
  setStdin(options: { error: true }): void;
  setStdout(options: StreamOptions): void;
  setStderr(options: StreamOptions): void;
  setInterruptBuffer(buffer: { 0: number }): void;
  runPython(code: string): unknown;
  registerJsModule(name: string, module: object): void;
}

/** Emscripten's module object. */
export interface PythonModule {
  readonly FS: EmscriptenFs & PlainFiles;
  readonly ENV: Record<string, string>;
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly memory: WebAssembly.Memory;
  /** Its functions, by number. */
  readonly wasmTable: WebAssembly.Table;
  readonly _Py_Version: number;
  /** Once true, only the session's files can be written. */
  isSealed?: boolean;
  _malloc(bytes: number): number;
  _free(address: number): void;
  /** Whether what runs can be suspended. */
  readonly validSuspender: { readonly value: boolean };
  /** New views, after the memory has grown. */
  updateMemoryViews(): void;
  /** `dlopen` of the library whose description is at `handle`. */
  openLibrary(handle: number): number;
  /** The number of a library's function. */
  addressOf(handle: number, symbol: string): number;
  callPyObject(callee: number, parameters: unknown[]): unknown;
  callPyObjectMaybePromising(callee: number, parameters: unknown[]): Promise<unknown>;
  _emscripten_stack_get_end(): number;
  _emscripten_stack_get_current(): number;
  __Py_SetImmortal(object: number): void;
  _PyThreadState_Get(): number;
  _PyUnstable_ThreadState_SetStackProtection(thread: number, start: number, bytes: number): number;
}

/** What the kernel itself does with files. */
interface PlainFiles {
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array, options?: { canOwn: boolean }): void;
  chdir(path: string): void;
  cwd(): string;
}

export type CreateGlue = (settings: GlueSettings, globals: GlueGlobals) => Promise<PythonModule>;
