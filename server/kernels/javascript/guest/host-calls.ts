/**
 * The seam between the JavaScript kernel's host side and the prelude that runs inside QuickJS.
 *
 * Both directions carry only strings, numbers, booleans, null, undefined and ArrayBuffers; structured data travels as
 * JSON text, so that neither side ever reads the other's objects. The exceptions are `conclude`, `concludeError` and the
 * four questions of `ValueCalls`, which pass a guest value on by handle: no property of it is read by the host.
 *
 * A heap that was stored yesterday holds yesterday's prelude: this interface grows only by addition. A call keeps its
 * name, its arguments and their meaning for ever; the host treats every argument as hostile.
 */

/**
 * Where the bundle finds its host: before evaluating it, the host defines this global as an object with one function
 * per name of `HOST_CALLS`. The bundle takes the functions and deletes the global.
 */
export const HOST_GLOBAL = '__spawnpoint_host';

/** Every host call, by the name under which it is registered (`vm.newFunction`, `vm.registerHostCallback`). */
export const HOST_CALLS = [
  'write',
  'now',
  'random',
  'className',
  'proxyPart',
  'promiseState',
  'promiseResult',
  'fileStat',
  'fileList',
  'fileRead',
  'fileWrite',
  'fileWriteAt',
  'fileTruncate',
  'fileMakeDirectory',
  'fileRemove',
  'fileRename',
  'kvGet',
  'kvSet',
  'kvDelete',
  'kvList',
  'fetchStart',
  'fetchPull',
  'fetchAbort',
  'fileCopy',
  'largeRead',
  'largeWrite',
  'programRun',
  'programCall',
  'otherRead',
  'otherTake',
  'localize',
  'collate',
  'digest',
] as const satisfies readonly (keyof HostCalls)[];

interface ProcessCalls {
  /** `input` is the number of the input that caused the output. `text` is never empty. */
  write(stream: 'stdout' | 'stderr', text: string, input: number): void;
  /** Milliseconds since the epoch, with a fraction where the platform has one. */
  now(): number;
  /** `length` (at most 65,536) cryptographically random bytes. */
  random(length: number): ArrayBuffer;
}

/** What JavaScript itself cannot ask of a value without running code of the value. */
interface ValueCalls {
  /** The internal class of an object or function (`Map`, `Array Iterator`, …), `Proxy` for any proxy; empty for a primitive. */
  className(value: unknown): string;
  /** The target (0) or the handler (1) of a proxy; null for a revoked one and for everything else. */
  proxyPart(value: unknown, part: 0 | 1): object | null;
  /** 0 pending, 1 fulfilled, 2 rejected; -1 for what is no promise. Does not mark a rejection as handled. */
  promiseState(value: unknown): number;
  /** The value or the reason of a settled promise; undefined otherwise. */
  promiseResult(value: unknown): unknown;
}

/**
 * The session's files. Paths are session paths as server/files/file-system.ts defines them, and the operations mean
 * what they mean there. A failure throws the string `CODE\nmessage` on the host side, CODE being a `FileErrorCode`;
 * quickjs-wasi hands it to the guest as an Error with that message.
 */
interface FileCalls {
  /** JSON of `HostFileStat`, or null where nothing is. */
  fileStat(path: string): string | null;
  /** JSON of `HostDirectoryEntry[]`, sorted by name. */
  fileList(path: string): string;
  /** At most `length` bytes from `offset`; a `length` of -1 reads to the end. */
  fileRead(path: string, offset: number, length: number): ArrayBuffer;
  fileWrite(path: string, bytes: ArrayBuffer): void;
  fileWriteAt(path: string, offset: number, bytes: ArrayBuffer): void;
  fileTruncate(path: string, size: number): void;
  fileMakeDirectory(path: string, recursive: boolean): void;
  fileRemove(path: string, recursive: boolean): void;
  fileRename(from: string, to: string): void;
  fileCopy(from: string, to: string): void;
}

/**
 * Contents of files of any size. Each is an exchange with an id of its own, as a fetch is: what `FetchCalls` says holds,
 * but that the message of `fetchFail` is `CODE\nmessage` where a file operation failed.
 */
interface LargeFileCalls {
  /** Answers with the bytes; the head's `content-length` says how many. */
  largeRead(id: number, path: string): void;
  /**
   * Makes a file of the first `keep` bytes of the one at `path` and of `bytes`. Answers with the status 204, from when on
   * the file is there. A call throws as `FileCalls` do when too many bytes are under way.
   */
  largeWrite(id: number, path: string, keep: number, bytes: ArrayBuffer): void;
}

/**
 * Programs that inputs start. Each is an exchange with an id of its own, as a fetch is; its body is the JSON of a
 * `ProgramAnswer`. A call throws as `FileCalls` do for what cannot be started.
 */
interface ProgramCalls {
  /** Runs a session file; `args` is JSON of strings. */
  programRun(id: number, path: string, args: string, input: number): void;
  /** Calls a function, of which there is the source and the name; `parameters` is plain data, a list (core/plain-data.ts). */
  programCall(id: number, source: string, name: string, parameters: string, input: number): void;
}

/** How a program ended: its default export or result as plain data (parsed), what it threw, or its exit status. */
export type ProgramAnswer =
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } }
  | { readonly exit: number };

/** Variables of the session's other kernel. */
interface OtherKernelCalls {
  /** Asks for one. Throws as `FileCalls` do where nothing can wait. */
  otherRead(name: string): void;
  /**
   * What came of it, once: `+` and plain data, `?` and a message for the user if there is none of that name, `-` and one
   * if it cannot be copied. Null until it has come, for which the guest's next poll waits.
   */
  otherTake(): string | null;
}

/** What the interpreter lacks and the host has. Failures are `ERANGE\nmessage` and `ETYPE\nmessage`. */
interface LibraryCalls {
  /**
   * Calls a method of INTL_METHODS (intl-methods.ts) of the class `kind` of `Intl`; with `Date`, one of a date; with `Intl`,
   * one of `Intl` itself. `key` is plain data (core/plain-data.ts) of `[locales, options]`, `parameters` of a list. Returns
   * plain data.
   */
  localize(kind: string, key: string, method: string, parameters: string): string;
  /** `Intl.Collator.prototype.compare`. */
  collate(left: string, right: string, key: string): number;
  /** The hash of the bytes, by the names of OpenSSL (`sha256`); with a key, their HMAC. */
  digest(algorithm: string, key: ArrayBuffer | null, bytes: ArrayBuffer): ArrayBuffer;
}

export interface HostFileStat {
  readonly kind: 'file' | 'directory';
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface HostDirectoryEntry extends HostFileStat {
  readonly name: string;
}

/** The session's key-value store. Failures as in `FileCalls`, with `EINVAL` for a bad key and `EFBIG` for a large value. */
interface KeyValueCalls {
  kvGet(key: string): ArrayBuffer | null;
  kvSet(key: string, value: ArrayBuffer): void;
  kvDelete(key: string): boolean;
  /** JSON of the keys that start with `prefix`, sorted. */
  kvList(prefix: string): string;
}

/**
 * HTTP. The guest numbers its requests; ids are never reused within a heap. After `fetchStart` the host calls back
 * through `GuestEntry.fetchHead` or `fetchFail`, between evaluations or while one waits at top level. Bodies are pulled:
 * each `fetchPull` is answered by exactly one of `fetchChunk`, `fetchEnd`, `fetchFail`.
 */
interface FetchCalls {
  /** `headersJson` is JSON of `[name, value][]`; `redirect` is `follow`, `error` or `manual`. Refusals come as `fetchFail`. */
  fetchStart(
    id: number,
    method: string,
    url: string,
    headersJson: string,
    body: ArrayBuffer | null,
    redirect: string,
  ): void;
  fetchPull(id: number): void;
  /** Nothing is called back for this id afterwards. */
  fetchAbort(id: number): void;
}

/**
 * Beside the calls, the host global has the property `lexicals`: the record of the global `let`, `const` and `class`
 * bindings, which are no properties of `globalThis`. Only its own keys may be used (`Reflect.ownKeys`), never its values:
 * a binding in its dead zone holds what no other code may see. `(0, eval)(name)` reads one, or throws a ReferenceError.
 */
export interface HostScope {
  readonly lexicals: object;
}

export interface HostCalls
  extends ProcessCalls,
    ValueCalls,
    FileCalls,
    KeyValueCalls,
    FetchCalls,
    LargeFileCalls,
    ProgramCalls,
    OtherKernelCalls,
    LibraryCalls {}

/** The head of a response, as JSON in `GuestEntry.fetchHead`. */
export interface FetchHead {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly redirected: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * What the host may call: the completion value of the bundle, a frozen object of functions. None of them throws because
 * of what the guest did to its globals or to the values passed in; only the interrupt, the memory limit and the stack
 * limit end one early. The host runs pending jobs after every call that can resolve a promise: those return the number
 * of the input that the work belongs to.
 */
export interface GuestEntry {
  /** Once, on the first start from the base snapshot: sets the time origin and the seed. */
  started(seed: ArrayBuffer): void;
  /** After each later restore of a heap: reseeds, and rejects the fetches that were under way. Jobs become pending. */
  restored(seed: ArrayBuffer): void;
  /** Seeds `Math.random` from at least 16 bytes; `started` and `restored` include it. */
  reseed(seed: ArrayBuffer): void;

  /**
   * Makes the value of an input that of `_`; returns JSON of its `RenderedValue` (kernel.ts). Runs no getter and no proxy
   * trap of the value, and no method of it but `Symbol.for('nodejs.util.inspect.custom')`, as Node does.
   */
  conclude(completion: { readonly value: unknown }): string;
  /** Makes what an input threw, which may be anything, that of `_error`; returns JSON of its `RenderedError`. */
  concludeError(error: unknown): string;
  /** Writes `Uncaught …` to standard error, for a rejection that nobody handled. */
  reportUncaught(error: unknown): void;

  /** JSON of `Completion` (kernel.ts); runs no getters and no traps. */
  complete(code: string, cursor: number): string;
  /** The text of an `Inspection` (kernel.ts) of the expression at the cursor; null where there is none. */
  inspect(code: string, cursor: number): string | null;
  /** JSON of `Variable[]` (kernel.ts): what the user defined, in the order of definition. */
  variables(): string;

  /** Runs the first timer that is due at `now`. Returns the input it came from, or -1 if none was due. */
  runTimer(now: number): number;
  /** Moves every timer's due time: how a frozen kernel's timers keep their remaining time. */
  shiftTimers(milliseconds: number): void;

  /** The response's head (JSON of `FetchHead`). These four return the input the fetch came from, -1 for an unknown id. */
  fetchHead(id: number, headJson: string): number;
  fetchChunk(id: number, bytes: ArrayBuffer): number;
  fetchEnd(id: number): number;
  /** `message` is what the user reads, one line. */
  fetchFail(id: number, message: string): number;
  /** Nobody waits for it any more: its promise stays pending. */
  fetchForget(id: number): number;

  /** Plain data (core/plain-data.ts) of a value, and the other way round. These throw for what is none. */
  encodePlain(value: unknown, name: string): string;
  decodePlain(text: string): unknown;
  /** A variable for the other kernel, as `OtherKernelCalls.otherTake` answers. */
  readVariable(name: string): string;

  /** Of `SHARED_NUMBERS` numbers (f64), which the host reads and writes in place. No guest code can reach it. */
  readonly shared: ArrayBuffer;
}

/** The input that output, timers and fetches belong to from now on: the host writes it, and so does each turn of a timer. */
export const SHARED_INPUT = 0;
/** When the next timer is due, in milliseconds since the epoch; -1 if there is none. */
export const SHARED_NEXT_TIMER = 1;
export const SHARED_NUMBERS = 2;
