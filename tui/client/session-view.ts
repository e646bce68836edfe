/**
 * What the app needs of a session: a store with a snapshot, and actions. The connected mirror in `client/` implements it.
 *
 * Texts are as the server sent them: whoever draws them sanitises them.
 */

import type { HistoryView } from './history.ts';
import type { PreviewView } from './previews.ts';

export type Language = 'js' | 'ts' | 'py';
/** `waiting`: not sent yet, for want of a connection. */
export type BlockStatus = 'waiting' | 'queued' | 'running' | 'ok' | 'error' | 'interrupted' | 'aborted';
/** `stopped`: as `reconnecting`, but to a server that its user stopped. */
type Connection = 'online' | 'reconnecting' | 'stopped' | 'offline';

/**
 * Output in order. `gap` stands for output that is not kept any more; its text says how much. `end` is what came of the
 * input, on rows of its own: the value as the kernel prints it, or what the person should read about an error, a refusal
 * or a roll-back, with SGR colours. What timers and promises print later stands behind it.
 */
export interface OutputChunk {
  /** Increases within a block, never reused. */
  readonly sequence: number;
  readonly stream: 'stdout' | 'stderr' | 'gap' | 'end';
  readonly text: string;
}

/** One input with everything that came of it. A change makes a new object with the same key. */
export interface InputBlock {
  readonly kind: 'input';
  readonly key: string;
  /** Null until the server accepted the input. */
  readonly number: number | null;
  readonly code: string;
  readonly language: Language;
  /** Who submitted it; null for this terminal. */
  readonly terminal: string | null;
  readonly status: BlockStatus;
  /** Grows at the end; old chunks may go from the front. */
  readonly output: readonly OutputChunk[];
  readonly durationMs: number | null;
}

/** One line between two inputs: `gap` for a part of the log that is not kept any more, `moved` where time went another way. */
export interface MarkBlock {
  readonly kind: 'gap' | 'moved';
  readonly key: string;
  readonly message: string;
}

export type Block = InputBlock | MarkBlock;

export interface FileEntry {
  /** Session path, `/`-separated. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Bytes. */
  readonly size: number;
}

/** One line for the log pane. */
export interface LogLine {
  /** Increases from line to line, never reused. */
  readonly sequence: number;
  /** A program (`3 main.ts`) or another terminal's name. */
  readonly source: string;
  readonly kind: 'stdout' | 'stderr' | 'event';
  /** Without its line end. */
  readonly text: string;
}

export interface ProgramEntry {
  readonly id: number;
  readonly name: string;
  /** `running`, or how it ended. */
  readonly state: string;
}

export interface SessionStatus {
  readonly session: string;
  readonly busy: boolean;
  /** Names of all attached terminals, this one too. */
  readonly terminals: readonly string[];
  readonly connection: Connection;
  /** For how many seconds the server owes an answer, while it is online; 0 as long as that is no long time. */
  readonly unanswered: number;
  readonly readOnly: boolean;
}

/** Immutable; lists and objects that did not change are the same objects as before. */
export interface SessionSnapshot {
  readonly status: SessionStatus;
  /** What waits for a line of its standard input: an input, or a program that this terminal started; null if nothing does. */
  readonly ask:
    | { readonly input: number; readonly isSecret: boolean }
    | { readonly program: number; readonly isSecret: false }
    | null;
  /** In the order of acceptance. */
  readonly blocks: readonly Block[];
  /** Sorted by path; each directory is an entry of its own. */
  readonly files: readonly FileEntry[];
  readonly log: readonly LogLine[];
  readonly programs: readonly ProgramEntry[];
}

export type Completeness =
  | { readonly status: 'complete' }
  | { readonly status: 'incomplete'; readonly indent: string }
  | { readonly status: 'invalid'; readonly message: string };

export interface Completion {
  /** Replaces the code between `from` and `to` (UTF-16 offsets). */
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly preview: string;
}

export interface FileContents {
  /** Null when the bytes are not UTF-8 text. */
  readonly text: string | null;
  /** Bytes. */
  readonly size: number;
}

export interface LocalFile {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Promises reject with an Error whose message a person can act on. */
export interface SessionView {
  /** A move, by anyone, appears as a block. */
  readonly history: HistoryView;
  readonly previews: PreviewView;
  subscribe(listener: () => void): () => void;
  getSnapshot(): SessionSnapshot;
  /** The input appears as a block at once; a refusal appears as that block's error. */
  submit(code: string, language: Language): void;
  interrupt(): void;
  /** Gives the line that is asked for; null: there is no more. Nothing happens when nothing asks. */
  reply(text: string | null): void;
  isComplete(code: string, language: Language): Promise<Completeness>;
  complete(code: string, cursor: number, language: Language): Promise<Completion>;
  readFile(path: string): Promise<FileContents>;
  variables(language: Language): Promise<readonly Variable[]>;
  /** What is in a directory of this machine; `''` is where the app runs. Empty for one that cannot be read. */
  localFiles(directory: string): Promise<readonly LocalFile[]>;
  /** Runs a file of the session, or one of this machine, as a program; its output goes to the log. Resolves with its number. */
  run(file: string, args: readonly string[]): Promise<number>;
  kill(program: number): Promise<void>;
  /** Starts a server again that was stopped. Rejects if it cannot be started. */
  revive(): Promise<void>;
}
