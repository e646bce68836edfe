/**
 * The contract between the session core and a live interpreter.
 *
 * A kernel runs one thing at a time: the session's kernel mutex (session/) guards `evaluate`, `runBackground` and
 * `snapshot`. `interrupt` may come at any moment. A kernel that reports a `trap` is unusable: the session discards
 * it and boots a new one from the last committed heap.
 */

import type { ChildOverlay } from '../files/child-overlay.ts';
import type { FileSystem, KeyValue, LargeFileSystem } from '../files/file-system.ts';
import type { RemoteModule } from '../programs/asks.ts';
import type { SourceFile, Wanted } from '../programs/program.ts';

export type KernelName = 'javascript' | 'python';
export type Language = 'js' | 'ts' | 'py';
/** The kernel that runs a language. */
export function kernelOf(language: Language): KernelName {
  return language === 'py' ? 'python' : 'javascript';
}

export type OutputStream = 'stdout' | 'stderr';

/** One thing in several MIME types, the richest first: text, or bytes where the type is not text. Never empty. */
export type MimeBundle = readonly (readonly [type: string, data: string | Uint8Array])[];

/** What a kernel may reach while it evaluates. Made anew for each writer: `files` and `kv` are that writer's overlay. */
export interface KernelIo {
  /** Output in order, never empty; `input` is the number of the input that caused it. */
  write(stream: OutputStream, text: string, input: number): void;
  /** Shows something in richer forms than text, in order with the output. */
  display(bundle: MimeBundle, input: number): void;
  /**
   * A line of standard input, without its end: asked of the terminals. Null when there is no more, when nobody can be
   * asked (background work, programs), and when the evaluation is interrupted meanwhile.
   */
  readLine(isSecret: boolean): Promise<string | null>;
  /** Awaited at every yield: a promise while a lossless reader lags, else undefined. */
  backpressure(): Promise<void> | undefined;
  readonly files: FileSystem;
  /** The same files, whatever their size. */
  readonly largeFiles: LargeFileSystem;
  readonly kv: KeyValue;
  /**
   * A variable of the session's other kernel as plain data (javascript/guest/core/plain-data.ts): as it is after the turn
   * that runs there. Rejects with an error for the user.
   */
  readOther(name: string): Promise<string>;
  /** Null: no programs can be started here. */
  readonly programs: ProgramStarter | null;
}

/** A program that an input wants run. */
export interface ProgramStart {
  /** What runs: a path in `sources`, or else a session file. */
  readonly entry: string;
  readonly sources: readonly SourceFile[];
  readonly args: readonly string[];
  readonly wanted: Wanted;
  /** The input that wants it: what the program prints is that input's output. */
  readonly input: number;
}

export interface StartedProgram {
  /**
   * How it ended by itself. Rejects with an error for the user for any other end; with a `GivenUpError` where the input was
   * interrupted, so that nobody waits.
   */
  readonly ended: Promise<EndedProgram>;
  kill(): void;
}

export interface EndedProgram {
  readonly code: number;
  /** See `ProgramExit`. */
  readonly result: string | null;
  readonly written: ChildOverlay;
}

/** The programs of what runs in a kernel: each begins with the files as they are then, in a copy of its own. */
export interface ProgramStarter {
  /** Throws an error for the user. */
  start(program: ProgramStart): StartedProgram;
  /** Makes what an ended program wrote part of what this turn writes. Throws `FileError`. */
  keep(written: ChildOverlay): void;
}

/** What was waited for was stopped together with what waited. */
export class GivenUpError extends Error {
  override readonly name = 'GivenUpError';
}

/** A variable that cannot be copied, or is not there. */
export class VariableError extends Error {
  override readonly name = 'VariableError';
  readonly isMissing: boolean;
  constructor(message: string, isMissing = false) {
    super(message);
    this.isMissing = isMissing;
  }
}

/** What a guest answers of a variable: `+` and plain data, else `?` (there is none) or `-` and a message. */
export function variableOf(answer: unknown): string {
  const text = typeof answer === 'string' ? answer : '-It cannot be copied.';
  if (text.startsWith('+')) return text.slice(1);
  throw new VariableError(text.slice(1), text.startsWith('?'));
}

/** What a kernel may reach at any time. */
export interface KernelHost {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Cryptographic randomness, also used to reseed the guest after boot and restore. */
  randomBytes(length: number): Uint8Array;
  /** The guest's network, already behind the egress rules. */
  fetch(request: Request): Promise<Response>;
  /** The session's files as of the head revision, for questions: what is written there is dropped. */
  readonly files: FileSystem;
  /** Something settled outside: `nextBackgroundAt()` may have changed. */
  onBackgroundDue(): void;
}

export interface EvaluateRequest {
  readonly input: number;
  readonly code: string;
  readonly language: Language;
  /** Counted polls after which the input ends as interrupted; clocks stand still during synchronous code. */
  readonly fuel: number;
  /** At a prompt: where the language has it so, statements before the last one show their values as well. */
  readonly echo: boolean;
}

/** A script that is run from start to end, in a kernel that does nothing else before or after. */
export interface ScriptRequest {
  /** The session path of the script, a file of `KernelIo.files` as is what it imports. */
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** As in `EvaluateRequest`. */
  readonly fuel: number;
  /** Its standard input. */
  readonly stdin: ReadableStream<Uint8Array>;
  /** Absent: only how it ends. */
  readonly wanted?: Wanted;
  /** A module of the network. Rejects with an error for the user when it cannot be had. */
  module(url: string): Promise<RemoteModule>;
}

/** A guest value rendered for people. Never the value itself: nothing but text and bytes leaves the heap. */
export interface RenderedValue {
  /** As the kernel's own REPL echoes it, with SGR colours. Absent for values that it does not echo (`undefined`, `None`). */
  readonly text: string;
  /** True where the REPL of node would print `undefined`. */
  readonly isVoid: boolean;
  /** The string itself, when the value is a string of at most 1 MiB: what `-p` prints. */
  readonly string?: string;
}

export interface RenderedError {
  readonly name: string;
  readonly message: string;
  /** What the user sees: message, the user's own frames and, for a syntax error, the line with a caret. SGR colours. */
  readonly text: string;
}

export type Evaluation =
  | { readonly status: 'ok'; readonly value: RenderedValue }
  | { readonly status: 'error'; readonly error: RenderedError }
  /** The code asked to leave with this status, 0 to 255 (`sys.exit(3)`): the kernel stays as it is. */
  | {
      readonly status: 'exit';
      readonly code: number;
      /** Of a script of which one was wanted and that has one; see `ProgramExit`. */
      readonly result?: string;
    }
  /** `clean` is false when the guest's job queue cannot go on: the session then rolls the heap back. */
  | { readonly status: 'interrupted'; readonly reason: 'user' | 'fuel'; readonly clean: boolean }
  /** Out of memory beyond recovery, a Wasm trap, an engine bug. `message` is one line for the user. */
  | { readonly status: 'trap'; readonly message: string };

export type BackgroundTurn =
  | { readonly status: 'ok'; readonly ran: number }
  | {
      readonly status: 'interrupted';
      readonly input: number;
      readonly reason: 'user' | 'fuel';
      readonly clean: boolean;
    }
  | { readonly status: 'trap'; readonly message: string };

/** Whether what was typed so far is an input of its own. `indent` is the white space to put before the next line. */
export type Completeness =
  | { readonly status: 'complete' }
  | { readonly status: 'incomplete'; readonly indent: string }
  | { readonly status: 'invalid'; readonly message: string };

/** The inputs in a text that is read as if it were typed line by line. Offsets are UTF-16. */
export interface SplitText {
  /** Where each begins and ends, in order, without blank lines around it: complete, or such that no more code helps. */
  readonly inputs: readonly (readonly [start: number, end: number])[];
  /**
   * The lines that end at or before here were looked at. Of those behind the last input, none ends one: what is not blank
   * there is the beginning of an input.
   */
  readonly through: number;
}

export interface Completion {
  /** Replaces the code between `from` and `to` (UTF-16 offsets). */
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  /** One line, at most 120 characters. */
  readonly preview: string;
}

export interface Inspection {
  readonly text: string;
}

/**
 * A heap as it is stored: the engine it belongs to and what to apply, in order, to that engine's base snapshot.
 * The bytes are the kernel's own format; each `delta` is relative to the state after the one before it.
 */
export interface StoredHeap {
  readonly engine: string;
  readonly deltas: Iterable<Uint8Array>;
  /** Milliseconds that its timers ran on for after the last delta was made. */
  readonly ran: number;
}

export interface Kernel {
  /** hash(Wasm, extensions, glue, base snapshot): a heap opens only on the engine that wrote it. */
  readonly engine: string;
  /** Bytes of the isolate's memory that this kernel holds. */
  readonly memoryBytes: number;
  evaluate(request: EvaluateRequest, io: KernelIo): Promise<Evaluation>;
  /**
   * Runs a script until nothing is left that it waits for. The kernel is of no use afterwards. `ok` is exit status 0; a
   * script that cannot start, as it does not parse or imports what is not there, is an `error`.
   */
  runScript(request: ScriptRequest, io: KernelIo): Promise<Evaluation>;
  /** Runs the timers that are due and the continuations of what settled outside. */
  runBackground(request: { readonly fuel: number }, io: KernelIo): Promise<BackgroundTurn>;
  /** When background work next wants to run, in milliseconds since the epoch; null if there is none. */
  nextBackgroundAt(): number | null;
  /** Whether a kernel booted from the heap as it is now would have work of its own: timers, or requests to give up. */
  readonly hasWork: boolean;
  /** Stops the running evaluation at its next poll. Nothing happens when none runs. */
  interrupt(): void;
  complete(code: string, cursor: number): Completion;
  inspect(code: string, cursor: number): Inspection | null;
  variables(): Variable[];
  /** A variable as plain data, for the other kernel. Throws `VariableError`. */
  readVariable(name: string): string;
  /** What changed since the previous snapshot (or since boot), as a delta; null if nothing did. */
  snapshot(): Uint8Array | null;
  /** The heap as of the last snapshot, as one delta against the engine's base snapshot. */
  keyframe(): Uint8Array;
}

/** Makes kernels of one kind. What is asked about code runs outside any instance: it is answered while a kernel is busy. */
export interface KernelFactory {
  readonly name: KernelName;
  readonly engine: string;
  /** What a kernel takes of the isolate's memory after its boot, at least. */
  readonly bootBytes: number;
  /** Without `heap`, a fresh session from the base snapshot. Throws `EngineGoneError` if the heap names another engine. */
  boot(host: KernelHost, heap?: StoredHeap): Promise<Kernel>;
  isComplete(code: string, language: Language): Completeness;
  /**
   * Cuts a text into at most `LIMITS.splitInputs` inputs. Lines end with `\n`; the last one ends with the text. The lines
   * of the first input that end at or before `from` are known not to end it. May stop early, to bound the time that it
   * takes, but not before it found an input or `through` is beyond `from`.
   */
  split(text: string, language: Language, from: number): SplitText;
  /** True for code that cannot have changed anything a user sees: it only reads and computes. False when in doubt. */
  isPure(code: string, language: Language): boolean;
}

export class EngineGoneError extends Error {
  override readonly name = 'EngineGoneError';
  readonly wanted: string;
  readonly present: string;
  constructor(wanted: string, present: string) {
    super(`This heap was written by engine ${wanted}; this server has engine ${present}.`);
    this.wanted = wanted;
    this.present = present;
  }
}
