/**
 * One CPython instance. Python functions are called by their address; what goes in and out is text, numbers, booleans
 * and None. Only one call may be under way at a time.
 */

import type { Checks } from './checks.ts';
import type {
  CreateGlue,
  GlueApi,
  GlueGlobals,
  GluePublicApi,
  Image,
  PythonModule,
  ReferenceTables,
  StoredReference,
} from './glue.ts';
import type { Guard } from './guard.ts';
import { Linker, type Linking, type SideModules } from './linker.ts';
import { type EvaluateFrame, type Opcodes, WARM_UP_BYTES, warmUp } from './warm-up.ts';

/** The instance is broken: it must be discarded. */
export class InterpreterTrap extends Error {
  override readonly name: string = 'InterpreterTrap';

  /** For the user. */
  get line(): string {
    const [cause] = this.message.split('\n');
    return `The Python interpreter crashed (${cause}).`;
  }
}

/** The status of a process that a signal ended is this and the signal's number, as shells tell it. */
const SIGNAL_STATUS = 128;
const MAX_SIGNAL = 31;
const ABORT_STATUS = 134;

/** Python ended the process that it takes the instance for: `os._exit`, `os.abort`, `os.kill`. */
export class ProcessExit extends InterpreterTrap {
  override readonly name = 'ProcessExit';
  readonly status: number;

  constructor(status: number) {
    super(causeOf(status));
    this.status = status;
  }

  /** It did not choose its status: a signal ended it. */
  get isSignal(): boolean {
    return isSignal(this.status);
  }

  override get line(): string {
    return `The Python interpreter was ended by ${this.message}.`;
  }
}

function causeOf(status: number): string {
  if (status === ABORT_STATUS) return 'os.abort()';
  return isSignal(status) ? `signal ${status - SIGNAL_STATUS}` : `os._exit(${status})`;
}

function isSignal(status: number): boolean {
  return status > SIGNAL_STATUS && status <= SIGNAL_STATUS + MAX_SIGNAL;
}

/** What the build made and the platform compiled. */
export interface InterpreterModules {
  readonly createGlue: CreateGlue;
  readonly python: WebAssembly.Module;
  readonly trampoline: WebAssembly.Module;
  /** Makes Wasm functions of JavaScript functions (build/signatures.ts). */
  readonly signatures: WebAssembly.Module;
  /** Makes and recognises the value that stands for an error among references. */
  readonly sentinel: WebAssembly.Module;
  readonly sideModules: SideModules;
}

export interface InterpreterOptions {
  readonly modules: InterpreterModules;
  /** Python's standard library, as a zip archive. */
  readonly library: Uint8Array;
  readonly maxHeapBytes: number;
  readonly guard: Guard;
  /** Where Python asks for signals; nobody without it. */
  readonly checks?: Checks;
  readonly globals: GlueGlobals;
  /** Makes the file system ready; runs before anything of Python. */
  prepareFiles(module: PythonModule): void;
  /** Bytes that Python wrote to descriptor 1 or 2. */
  write(descriptor: 1 | 2, bytes: Uint8Array): void;
}

/** The import by which Python asks for a signal at its checks. */
const CHECK = '_Py_CheckEmscriptenSignals_Helper';
const STACK_BYTES = 100 * 1024;
const WASM_PAGE_BYTES = 65_536;
const HOME = '/home/user';
/** Stands for what did not come back. */
const NOTHING: object = Object.freeze(Object.create(null));
const NOTHING_NAME = 'nothing';

export class Interpreter {
  readonly module: PythonModule;
  readonly #api: GlueApi;
  readonly #public: GluePublicApi;
  readonly #guard: Guard;
  readonly #linker: Linker;
  readonly #maxHeapBytes: number;
  readonly #outputs: ReadonlySet<object>;
  /** By which the glue knows a stream as a terminal. */
  readonly #terminal: object | undefined;
  #fatal: InterpreterTrap | null = null;

  /** With an image the instance goes on where that was taken; without, Python starts anew. */
  static async create(options: InterpreterOptions, image?: Image): Promise<Interpreter> {
    const { modules, guard, globals } = options;
    const linker = new Linker(modules.sideModules);
    const api = newApi();
    let failed: (error: unknown) => void = () => {};
    const failure = new Promise<never>((_resolve, reject) => {
      failed = reject;
    });
    const created = modules.createGlue(
      {
        API: api,
        guard,
        linker,
        maxHeapBytes: options.maxHeapBytes,
        precompiled: {
          trampoline: modules.trampoline,
          wrapFunction: (callback, signature) => wrapFunction(modules.signatures, callback, signature),
        },
        noInitialRun: image !== undefined,
        arguments: [],
        print: () => {},
        printErr: () => {},
        instantiateWasm: (imports, done) => {
          if (options.checks) imports.env[CHECK] = options.checks.import;
          instantiate(modules, imports, image?.opcodes).then((instance) => done(instance, modules.python), failed);
          return {};
        },
        preRun: [(module) => layOut(module, api, options.library), (module) => options.prepareFiles(module)],
      },
      globals,
    );
    const module = await Promise.race([created, failure]);
    const filled = image && (await fill(module, image));
    if (filled?.linking) linker.relink(module, filled.linking);
    return new Interpreter(module, api, options, { linker, tables: filled?.tables });
  }

  private constructor(
    module: PythonModule,
    api: GlueApi,
    options: InterpreterOptions,
    { linker, tables }: { linker: Linker; tables: ReferenceTables | undefined },
  ) {
    const { guard, write } = options;
    this.module = module;
    this.#api = api;
    this.#guard = guard;
    this.#linker = linker;
    this.#maxHeapBytes = options.maxHeapBytes;
    api.scheduleCallback = (callback) => callback();
    api.on_fatal = (error) => {
      this.#fatal ??= toTrap(error);
    };
    const started = api.finalizeBootstrap?.(tables, (reference) => this.#find(reference));
    if (!started) throw new InterpreterTrap('the glue did not start');
    this.#public = started;
    api.initializeStreams?.();
    started.setStdin({ error: true });
    const output = (descriptor: 1 | 2) => ({
      isatty: true,
      write: (bytes: Uint8Array) => {
        write(descriptor, bytes.slice());
        return bytes.length;
      },
    });
    const [stdout, stderr] = [output(1), output(2)];
    started.setStdout(stdout);
    started.setStderr(stderr);
    this.#outputs = new Set([stdout, stderr]);
    this.#terminal = module.FS.streams[1]?.tty;
    if (options.checks) {
      options.checks.canSuspend = () => module.validSuspender.value;
      // Without a buffer Python would not ask. What would be read from it, the checks answer.
      started.setInterruptBuffer({ 0: 0 });
    }
    module.isSealed = true;
  }

  /** Whether Python may take what it prints to for a terminal, and colour it. */
  set printsToTerminal(isTerminal: boolean) {
    for (const stream of this.module.FS.streams) {
      if (stream?.devops && this.#outputs.has(stream.devops)) stream.tty = isTerminal ? this.#terminal : undefined;
    }
  }

  get memory(): WebAssembly.Memory {
    return this.module.memory;
  }

  /** What Python holds of JavaScript. */
  get tables(): ReferenceTables {
    const tables = this.#api.serializeHiwireState?.((value) =>
      value === this.#guard.host ? { host: '' } : { lost: this.#hostName(value) },
    );
    if (!tables) throw new InterpreterTrap('the glue did not start');
    return tables;
  }

  /** What was linked of side modules. */
  get linking(): Linking {
    return { steps: this.#linker.steps, tableLength: this.module.wasmTable.length };
  }

  /** Makes the host's functions a module that Python can import. For the build. */
  registerHost(name: string): void {
    this.#public.registerJsModule(name, this.#guard.host);
  }

  /** The object at `address` will never be freed, whatever the guest does. For the build. */
  keepForEver(address: number): void {
    this.module.__Py_SetImmortal(address);
  }

  /** Zeros what calls that have ended left behind, so that it is not stored. Nothing may be under way. */
  clearDeadStack(): void {
    const { module } = this;
    module.HEAPU8.fill(0, module._emscripten_stack_get_end(), module._emscripten_stack_get_current());
  }

  /** Runs statements in `__main__`. For the build. */
  run(code: string): unknown {
    return this.#entered(() => this.#public.runPython(code));
  }

  /** Calls the Python function at `address`, which cannot suspend. */
  call(address: number, ...parameters: unknown[]): unknown {
    return this.#entered(() => this.module.callPyObject(address, parameters));
  }

  /** Calls the Python function at `address` on a stack of its own: it may wait for promises of the host. */
  async callSuspending(address: number, ...parameters: unknown[]): Promise<unknown> {
    try {
      const result = await this.module.callPyObjectMaybePromising(address, parameters);
      if (this.#fatal) throw this.#fatal;
      return result;
    } catch (error) {
      throw this.#fatal ?? error;
    }
  }

  /** Whether Python can still get so much memory. */
  hasRoom(bytes: number): boolean {
    const { module } = this;
    if (module.memory.buffer.byteLength + bytes <= this.#maxHeapBytes) return true;
    const address = module._malloc(bytes);
    if (address !== 0) module._free(address);
    return address !== 0;
  }

  /** Keeps deep recursion from leaving the stack. Called by Python at the beginning of each suspending call. */
  protectStack(): void {
    const { module } = this;
    const top = module._emscripten_stack_get_current();
    module._PyUnstable_ThreadState_SetStackProtection(module._PyThreadState_Get(), top - STACK_BYTES, STACK_BYTES);
  }

  #entered<T>(action: () => T): T {
    try {
      const result = action();
      if (this.#fatal) throw this.#fatal;
      return result;
    } catch (error) {
      throw this.#fatal ?? error;
    }
  }

  /** How many of the objects that these tables held could not be found again and were held for the first time. */
  countLost(tables: ReferenceTables): number {
    const { host } = this.#guard;
    const isLost = (name: string) => name !== NOTHING_NAME && !Object.hasOwn(host, name);
    return tables.hiwireKeys.filter((key) => key?.serialized && 'lost' in key.serialized && isLost(key.serialized.lost))
      .length;
  }

  #hostName(value: unknown): string {
    if (value === NOTHING) return NOTHING_NAME;
    const name = Object.keys(this.#guard.host).find((key) => this.#guard.host[key] === value);
    return name ?? typeof value;
  }

  #find(reference: StoredReference): unknown {
    const { host } = this.#guard;
    if ('host' in reference) return host;
    return Object.hasOwn(host, reference.lost) ? host[reference.lost] : NOTHING;
  }
}

/** Any error that got out of the instance, as a trap. */
export function toTrap(error: unknown): InterpreterTrap {
  if (error instanceof InterpreterTrap) return error;
  if (error instanceof Error && 'status' in error && typeof error.status === 'number')
    return new ProcessExit(error.status);
  const message = error instanceof Error ? error.message : String(error);
  // Of an exception that Python did not catch, the last line names it.
  return new InterpreterTrap(message.startsWith('Traceback') ? (message.trimEnd().split('\n').at(-1) ?? '') : message);
}

async function fill(module: PythonModule, image: Image): ReturnType<Image['fill']> {
  const growth = image.memoryBytes - module.memory.buffer.byteLength;
  if (growth > 0) module.memory.grow(growth / WASM_PAGE_BYTES);
  const filled = await image.fill(module.memory);
  module.updateMemoryViews();
  return filled;
}

function newApi(): GlueApi {
  const environment = ['BUN', 'DENO', 'NODE', 'SAFARI', 'SHELL', 'WORKERD', 'BROWSER'];
  const kinds = ['BROWSER_MAIN_THREAD', 'BROWSER_WEB_WORKER', 'NODE_COMMONJS', 'NODE_ESM'];
  return {
    config: {
      jsglobals: Object.freeze(Object.create(null)),
      args: [],
      env: {},
      packages: [],
      enableRunUntilComplete: false,
      fullStdLib: false,
      indexURL: '/',
      packageBaseUrl: '/',
      cdnUrl: '/',
    },
    runtimeEnv: Object.fromEntries([...environment, ...kinds].map((name) => [`IN_${name}`, name === 'WORKERD'])),
    // Packages come another way: the index never loads.
    lockFilePromise: new Promise(() => {}),
  };
}

async function instantiate(
  modules: InterpreterModules,
  imports: { env: Record<string, unknown> },
  opcodes: Opcodes | undefined,
): Promise<WebAssembly.Instance> {
  const sentinel = await WebAssembly.instantiate(modules.sentinel);
  Object.assign(imports.env, {
    Jsv_GetError_import: sentinel.exports.Jsv_GetError_import,
    JsvError_Check: sentinel.exports.JsvError_Check,
  });
  const instance = await WebAssembly.instantiate(modules.python, imports as WebAssembly.Imports);
  // At the end of the memory, which the image then fills.
  if (opcodes) {
    const memory = instance.exports.memory as WebAssembly.Memory;
    const evaluate = instance.exports._PyEval_EvalFrameDefault as EvaluateFrame;
    warmUp(memory, evaluate, opcodes, memory.buffer.byteLength - WARM_UP_BYTES);
  }
  return instance;
}

/** The directories that Python expects, and its library. */
function layOut(module: PythonModule, api: GlueApi, library: Uint8Array): void {
  const version = module.HEAPU32[module._Py_Version >>> 2] ?? 0;
  const [major, minor, micro] = [(version >>> 24) & 255, (version >>> 16) & 255, (version >>> 8) & 255];
  api.pyVersionTuple = [major, minor, micro];
  const directory = `/lib/python${major}.${minor}`;
  api.sitePackages = `${directory}/site-packages`;
  for (const path of [api.sitePackages, `${directory}/lib-dynload`, HOME]) module.FS.mkdirTree(path);
  module.FS.writeFile(`/lib/python${major}${minor}.zip`, library, { canOwn: true });
  module.FS.chdir(HOME);
  Object.assign(module.ENV, { HOME, PWD: HOME, USER: 'user', LOGNAME: 'user', PATH: '/', PYTHONINSPECT: '1' });
}

function wrapFunction(signatures: WebAssembly.Module, callback: unknown, signature: string): unknown {
  const wanted = signature.replaceAll('p', 'i');
  const names = WebAssembly.Module.exports(signatures).map(({ name }) => name);
  if (!names.includes(wanted)) throw new Error(`no function of the signature ${signature} can be made`);
  const imports = Object.fromEntries(names.map((name) => [name, callback]));
  const instance = new WebAssembly.Instance(signatures, { e: imports as WebAssembly.ModuleImports });
  return instance.exports[wanted];
}
