/**
 * The contract between the session core and a program: a script run from start to end in its own V8 isolate.
 */

import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import type { KernelIo, OutputStream } from '../kernels/kernel.ts';
import type { Change, SessionFile, Snapshot } from './asks.ts';

/** One file of a program, as the client sent it. `path` is relative to the package root, `/`-separated. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ProgramSpec {
  readonly id: number;
  /** What runs: a path in `sources`, or else a session file. */
  readonly entry: string;
  readonly sources: readonly SourceFile[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Seconds of wall time; null for the default. */
  readonly timeoutSeconds: number | null;
  /** Which hosts it may call. */
  readonly network: NetworkList;
  /** Absent: it is run. Else it is served from then on, and its run has ended with 0 once that is so. */
  readonly preview?: PreviewTarget & {
    /** What is served there goes on being served; only the files that it may read are those of now. */
    readonly keepsCode: boolean;
    /** The id of the session's object. */
    readonly session: string;
    /** See `PreviewCode`. */
    readonly beyond: readonly { readonly path: string; readonly size: number; readonly version: string }[];
  };
  /** Absent: its exit status is all that is wanted. */
  readonly wanted?: Wanted;
}

/**
 * What is wanted of a program beside its exit status: its default export as plain data, or, if there are `parameters`, what
 * that returns when it is called with them. An error that nobody catches is not printed then, but handed over.
 */
export interface Wanted {
  /** A list as plain data (plain-data.ts); null: no call. */
  readonly parameters: string | null;
}

/** JSON of what was wanted; absent where the program had no such thing. The program may have made up what it likes. */
export type ProgramResult =
  /** Plain data, as JSON within the JSON. */
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } };

/** As which preview something is served. */
export interface PreviewTarget {
  readonly id: string;
  /** Anyone who knows the address may see it. */
  readonly isPublic: boolean;
  /** 32 bytes that sign its links and cookies. */
  readonly key: Uint8Array;
}

export interface ProgramIo {
  /** Raw bytes as the program wrote them, in order, never empty. */
  write(stream: OutputStream, bytes: Uint8Array): void;
  /** It has made a request. */
  requested(attempt: EgressAttempt): void;
  /** Awaited before more output is read: a promise while a lossless reader lags, else undefined. */
  backpressure(): Promise<void> | undefined;
  /** The program's standard input; ends at once when there is none. */
  readonly stdin: ReadableStream<Uint8Array>;
  readonly session: ProgramSession;
}

/** What a program has of its session while it runs. */
export interface ProgramSession {
  /** The first of these session files that there is; null if there is none. */
  file(paths: readonly string[]): SessionFile | null;
  /** These bytes of a file of any size, fewer at its end; null if there is no such file. */
  part(path: string, offset: number, length: number): Promise<Uint8Array | null>;
  /** The files as they are now. */
  snapshot(): Snapshot;
  /** Seen by others once it is committed; dropped if the program is killed, times out or is lost. Throws nothing. */
  change(change: Change): void;
  /** The changes so far are whole. */
  commit(): void;
  /** For a program that runs beside its session, as a kernel does: the files and kv that it changes. Null: it cannot. */
  readonly direct: (() => Pick<KernelIo, 'files' | 'largeFiles' | 'kv'>) | null;
}

export type ProgramExit =
  /** It ended by itself; an uncaught error is exit code 1 with its text on stderr. */
  | {
      readonly kind: 'exit';
      readonly code: number;
      /** JSON of a `ProgramResult`, if one was wanted and there is one. */
      readonly result?: string;
    }
  | { readonly kind: 'killed' }
  | { readonly kind: 'timeout' }
  /** It never started (syntax error, missing module) or its runner was lost: one message for the user. */
  | { readonly kind: 'failed'; readonly message: string };

export interface ProgramRun {
  /** Settles once, after the last `write`. Never rejects. */
  readonly exit: Promise<ProgramExit>;
  /** Ends the program, whatever it is doing. */
  kill(): void;
}

export interface ProgramRunner {
  /** What users are told the first time that a session runs such a program; null if there is nothing to tell. */
  notice(spec: Pick<ProgramSpec, 'entry'>): string | null;
  start(spec: ProgramSpec, io: ProgramIo): ProgramRun;
}
